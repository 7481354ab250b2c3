using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Attention by products (Luong, Pham and Manning 2015, section 3.1): scores q^T h (dot) or q^T W h (general).</summary>
public sealed class MultiplicativeAttention : SequenceAttention
{
    private readonly Linear? _weights;

    /// <summary>A layer, with the parameter <c>memory_layer.weight</c> where there is a W.</summary>
    /// <param name="scope">Where it is added.</param>
    /// <param name="queries">Q, the width of the queries.</param>
    /// <param name="values">C, the width of the values.</param>
    /// <param name="isGeneral">Whether there is a W.</param>
    /// <exception cref="ArgumentException">There is none, and the widths differ.</exception>
    public MultiplicativeAttention(ParameterScope scope, int queries, int values, bool isGeneral)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (!isGeneral && queries != values)
            throw new ArgumentException($"Attention by dot products: queries of width {queries} and values of width {values}.", nameof(values));
        _weights = isGeneral ? new(scope["memory_layer"], values, queries, bias: false) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Keys(Tensor values) => _weights?.Forward(values) ?? values;

    /// <inheritdoc/>
    protected override Tensor Scores(Tensor queries, Tensor keys) => queries.MatMul(keys.Transpose());
}
