using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>Scores one of several choices, each of which is a row of the batch (Devlin et al. 2019, section 4.4).</summary>
public sealed class ChoiceHead : IBertHead<ChoiceHead>
{
    private readonly Linear? _summary; // of ELECTRA, which has no pooler
    private readonly Linear _output;
    private readonly float _dropout;

    private ChoiceHead(ParameterScope scope, BertEncoder encoder)
    {
        var config = encoder.Config;
        if (config.ModelType == BertConfig.Electra)
            _summary = BertEncoder.NewLinear(scope["sequence_summary.summary"], config, config.Width, config.Width);
        _output = BertEncoder.NewLinear(scope["classifier"], config, config.Width, 1);
        _dropout = config.LabelDropout;
    }

    /// <inheritdoc/>
    public static string Purpose => "ForMultipleChoice";

    /// <inheritdoc/>
    public static bool ReadsPooler(string modelType) => true;

    /// <inheritdoc/>
    public static ChoiceHead Create(ParameterScope scope, BertEncoder encoder) => new(scope, encoder);

    /// <summary>[B], a score for each row.</summary>
    public Tensor Logits(BertResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var features = result.Pooled ?? _summary!.Forward(result.First, Activation.Gelu);
        return _output.Forward(features.Dropout(_dropout)).Reshape([features.Shape[0]]);
    }
}
