using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Tells what each token is (Devlin et al. 2019, section 5.3).</summary>
public sealed class TokenHead : IBertHead<TokenHead>
{
    private readonly Linear _output;
    private readonly float _dropout;

    private TokenHead(ParameterScope scope, BertEncoder encoder)
    {
        var config = encoder.Config;
        _output = BertEncoder.NewLinear(scope["classifier"], config, config.Width, config.Labels.Count);
        _dropout = config.LabelDropout;
    }

    /// <inheritdoc/>
    public static string Purpose => "ForTokenClassification";

    /// <inheritdoc/>
    public static TokenHead Create(ParameterScope scope, BertEncoder encoder) => new(scope, encoder);

    /// <summary>[B, T, N], for each of N labels.</summary>
    public Tensor Logits(BertResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return _output.Forward(result.Hidden.Dropout(_dropout));
    }
}
