using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// What BERT and ALBERT are pre-trained with: a head that foretells masked tokens, and one that tells of two texts whether the
/// second follows the first (Devlin et al. 2019, section 3.1), or whether they are swapped (Lan et al. 2020, section 3.1).
/// </summary>
public sealed class PretrainingHead : IBertHead<PretrainingHead>
{
    private readonly Linear _pair;
    private readonly float _dropout;

    private PretrainingHead(ParameterScope scope, BertEncoder encoder)
    {
        MaskedLanguage = MaskedLanguageHead.Create(scope, encoder);
        var config = encoder.Config;
        var isAlbert = config.ModelType == BertConfig.Albert;
        _pair = BertEncoder.NewLinear(scope[isAlbert ? "sop_classifier.classifier" : "cls.seq_relationship"], config, config.Width, 2);
        _dropout = isAlbert ? config.LabelDropout : 0f;
    }

    /// <inheritdoc/>
    public static string Purpose => BertNames.ForPretraining;

    /// <summary>Foretells tokens.</summary>
    public MaskedLanguageHead MaskedLanguage { get; }

    /// <inheritdoc/>
    public static bool Suits(string modelType) => modelType is BertConfig.Bert or BertConfig.Albert;

    /// <inheritdoc/>
    public static bool ReadsPooler(string modelType) => true;

    /// <inheritdoc/>
    public static PretrainingHead Create(ParameterScope scope, BertEncoder encoder) => new(scope, encoder);

    /// <summary>[B, 2], where 0 says that the texts belong together as they are, and 1 that they do not.</summary>
    public Tensor PairLogits(BertResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return _pair.Forward(result.Pooled!.Dropout(_dropout));
    }
}
