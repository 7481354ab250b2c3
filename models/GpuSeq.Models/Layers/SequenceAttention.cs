using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What queries attend to.</summary>
/// <param name="Values">[B, S, C], what is averaged.</param>
/// <param name="Keys">[B, S, A], what queries are held against.</param>
/// <param name="Mask">[B, 1, S], 0 for words and minus infinity for padding, added to the scores.</param>
public sealed record AttentionMemory(Tensor Values, Tensor Keys, Tensor Mask)
{
    /// <summary>The memories of chosen sequences.</summary>
    /// <param name="rows">[n], each from 0 to B, exclusively.</param>
    public AttentionMemory Select(Tensor rows) => new(Values.Select(0, rows), Keys.Select(0, rows), Mask.Select(0, rows));
}

/// <summary>Attention of the states of one sequence to those of another, as recurrent translation has it.</summary>
public abstract class SequenceAttention
{
    /// <summary>Prepares what queries attend to, once for all of them.</summary>
    /// <param name="values">[B, S, C].</param>
    /// <param name="mask">[B, 1, S], 0 for words and minus infinity for padding.</param>
    public AttentionMemory Remember(Tensor values, Tensor mask) => new(values, Keys(values), mask);

    /// <summary>Averages the values by weights that are the softmax of scores.</summary>
    /// <param name="queries">[B, T, Q].</param>
    /// <param name="memory">What they attend to.</param>
    /// <returns>[B, T, C], and the weights [B, T, S].</returns>
    public AttentionResult Attend(Tensor queries, AttentionMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        var weights = (Scores(queries, memory.Keys) + memory.Mask).Softmax();
        return new(weights.MatMul(memory.Values), weights);
    }

    /// <summary>What of the values queries are held against: [B, S, C] to [B, S, A].</summary>
    protected abstract Tensor Keys(Tensor values);

    /// <summary>How well queries [B, T, Q] fit keys [B, S, A]: [B, T, S].</summary>
    protected abstract Tensor Scores(Tensor queries, Tensor keys);
}
