using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>ELECTRA's discriminator (Clark et al. 2020, section 2): tells of each token whether it was replaced.</summary>
public sealed class ReplacedTokenHead : IBertHead<ReplacedTokenHead>
{
    private readonly Linear _dense;
    private readonly Linear _prediction;
    private readonly Activation _activation;

    private ReplacedTokenHead(ParameterScope scope, BertEncoder encoder)
    {
        var config = encoder.Config;
        _dense = BertEncoder.NewLinear(scope["discriminator_predictions.dense"], config, config.Width, config.Width);
        _prediction = BertEncoder.NewLinear(scope["discriminator_predictions.dense_prediction"], config, config.Width, 1);
        _activation = config.HiddenActivation!.Value;
    }

    /// <inheritdoc/>
    public static string Purpose => BertNames.ForPretraining;

    /// <inheritdoc/>
    public static bool Suits(string modelType) => modelType == BertConfig.Electra;

    /// <inheritdoc/>
    public static ReplacedTokenHead Create(ParameterScope scope, BertEncoder encoder) => new(scope, encoder);

    /// <summary>Hidden states [.., C] to logits [..], positive for a token that was replaced.</summary>
    public Tensor Logits(Tensor hidden)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        return _prediction.Forward(_dense.Forward(hidden, _activation)).Reshape([.. hidden.Shape.SkipLast(1)]);
    }
}
