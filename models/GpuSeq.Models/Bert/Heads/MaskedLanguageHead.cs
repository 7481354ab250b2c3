using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// Foretells tokens (Devlin et al. 2019, section 3.1): a layer, its norm, and the table of the tokens' vectors as output layer.
/// </summary>
public sealed class MaskedLanguageHead : IBertHead<MaskedLanguageHead>
{
    private readonly Linear _transform;
    private readonly LayerNorm _norm;
    private readonly Linear _decoder;
    private readonly Activation _activation;

    private MaskedLanguageHead(ParameterScope scope, BertEncoder encoder)
    {
        var (config, names) = (encoder.Config, BertNames.OfMaskedLanguage(encoder.Config.ModelType));
        var width = config.EmbeddingWidth;
        // It begins as the identity: so the table of the tokens' vectors, which is the output layer, learns from the first step on.
        var weights = width == config.Width ? Initializer.Identity : config.Weights;
        _transform = new(scope[names.Transform], config.Width, width, biasInitializer: Initializer.Zeros, initializer: weights);
        _norm = new(scope[names.Norm], width, config.LayerNormEps);
        var words = config.TiesWeights
            ? encoder.Embeddings.Words
            : scope[names.Decoder].Add("weight", [config.VocabSize, width], config.Weights);
        _decoder = new(scope[names.Bias], words);
        _activation = config.ModelType is BertConfig.Bert or BertConfig.Albert ? config.HiddenActivation!.Value : Activation.Gelu;
    }

    /// <inheritdoc/>
    public static string Purpose => "ForMaskedLM";

    /// <inheritdoc/>
    public static MaskedLanguageHead Create(ParameterScope scope, BertEncoder encoder) => new(scope, encoder);

    /// <summary>Hidden states [.., C] to logits [.., V]; where only a few tokens are foretold, gather theirs first.</summary>
    public Tensor Logits(Tensor hidden) => _decoder.Forward(_norm.Forward(_transform.Forward(hidden, _activation)));
}
