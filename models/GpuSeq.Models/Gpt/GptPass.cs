using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a GPT is told beside the tokens [B, T].</summary>
public sealed record GptPass
{
    /// <summary>[B, T] or [T], the place of each token in its sequence; null for 0, 1, 2 and so on.</summary>
    public Tensor? Positions { get; init; }

    /// <summary>Integers that fit [B, H, T, S], 0 where a token must not see another, such as padding; null where all may.</summary>
    public Tensor? Keep { get; init; }

    /// <summary>Whether the attention weights of every layer are wanted, for people to look at.</summary>
    public bool ReturnsWeights { get; init; }
}

/// <summary>What a GPT makes of tokens [B, T].</summary>
/// <param name="Embedding">[B, T, C], what goes into the first block.</param>
/// <param name="Hidden">[B, T, C], what the output layer reads.</param>
/// <param name="Weights">[B, H, T, S] of each layer; empty unless they were asked for.</param>
public sealed record GptResult(Tensor Embedding, Tensor Hidden, IReadOnlyList<Tensor> Weights);
