using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Attention by a small network, with scores v^T tanh(W q + U h) (Bahdanau, Cho and Bengio 2015, appendix A.1.2).</summary>
public sealed class AdditiveAttention : SequenceAttention
{
    private readonly Linear _query;
    private readonly Linear _memory;
    private readonly Linear _energy;

    /// <summary>A layer with the parameters <c>query_layer.weight</c>, <c>memory_layer.weight</c> and <c>energy.weight</c>.</summary>
    /// <param name="scope">Where they are added.</param>
    /// <param name="queries">Q, the width of the queries.</param>
    /// <param name="values">C, the width of the values.</param>
    /// <param name="width">A, the width of the network.</param>
    public AdditiveAttention(ParameterScope scope, int queries, int values, int width)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _query = new(scope["query_layer"], queries, width, bias: false);
        _memory = new(scope["memory_layer"], values, width, bias: false);
        _energy = new(scope["energy"], width, 1, bias: false);
    }

    /// <inheritdoc/>
    protected override Tensor Keys(Tensor values) => _memory.Forward(values);

    /// <inheritdoc/>
    protected override Tensor Scores(Tensor queries, Tensor keys)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(keys);
        var (batch, length, memory, width) = (queries.Shape[0], queries.Shape[1], keys.Shape[1], keys.Shape[2]);
        var sums = _query.Forward(queries).Reshape([batch, length, 1, width]) + keys.Reshape([batch, 1, memory, width]); // [B, T, S, A]
        return _energy.Forward(sums.Tanh()).Reshape([batch, length, memory]);
    }
}
