using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// One tensor of several layers' (Peters et al. 2018, equation 1): gamma times the sum of softmax(s)_j h_j, where gamma and s are
/// learned. It begins as the mean.
/// </summary>
public sealed class ScalarMix
{
    private readonly Parameter _weights;
    private readonly Parameter _gamma;
    private readonly bool _normalises;
    private readonly float[] _zeros;

    /// <summary>A mix whose parameters are <c>weights</c> (s) and <c>gamma</c>.</summary>
    /// <param name="scope">Where the parameters are added.</param>
    /// <param name="layers">J, the number of layers.</param>
    /// <param name="normalises">Whether each layer is normalised before, as section 3.2 of the paper proposes.</param>
    public ScalarMix(ParameterScope scope, int layers, bool normalises = false)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _weights = scope.Add("weights", [layers], Initializer.Zeros);
        _gamma = scope.Add("gamma", [1], Initializer.Ones);
        (_normalises, _zeros) = (normalises, new float[layers]);
    }

    /// <summary>gamma.</summary>
    public float Gamma => _gamma.ToArray()[0];

    /// <summary>softmax(s), the share of each layer.</summary>
    public double[] Shares
    {
        get
        {
            var powers = _weights.ToArray().Select(weight => Math.Exp(weight)).ToArray();
            return [.. powers.Select(power => power / powers.Sum())];
        }
    }

    /// <summary>Computes the mix.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="layers">[J, .., C].</param>
    /// <returns>[.., C].</returns>
    public Tensor Forward(Graph graph, Tensor layers)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(layers);
        Shape one = [.. layers.Shape.Skip(1)];
        if (_normalises)
            layers = layers.LayerNorm([one.Columns]);
        var shares = (graph.Input(_zeros, [1, _zeros.Length]) + _weights).Softmax(); // the sum belongs to the graph, as weights do not
        return (shares.MatMul(layers.Reshape([_zeros.Length, (int)one.ElementCount])) * _gamma).Reshape(one);
    }
}
