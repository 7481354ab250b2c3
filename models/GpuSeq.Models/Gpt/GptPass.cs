using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a GPT is told beside the tokens [B, T].</summary>
public sealed record GptPass
{
    /// <summary>[B, T] or [T], the place of each token in its sequence; null for 0, 1, 2 and so on.</summary>
    public Tensor? Positions { get; init; }

    /// <summary>Integers that fit [B, H, T, S], 0 where a token must not see another, such as padding; null where all may.</summary>
    public Tensor? Keep { get; init; }

    /// <summary>The tokens before these, to which these are added; null where these are all.</summary>
    public GptPast? Past { get; init; }

    /// <summary>Whether the attention weights of every layer are wanted, for people to look at.</summary>
    public bool ReturnsWeights { get; init; }
}

/// <summary>What a GPT keeps of the tokens before those that it is given.</summary>
/// <param name="Cache">Their keys and values.</param>
/// <param name="First">[B] integers, how many each sequence has: the place of its first new token.</param>
public sealed record GptPast(KeyValueCache Cache, Tensor First)
{
    /// <summary>
    /// How many every sequence has, where all have as many: needed for several new tokens at once. Null where each has its own
    /// number; then there is one new token of each, and <see cref="Lengths"/>.
    /// </summary>
    public int? Count { get; init; }

    /// <summary>[B] integers, how many tokens each sequence has with the new one.</summary>
    public Tensor? Lengths { get; init; }

    /// <summary>[B, 1, 1, S] integers, 0 where the new token must not see another in layers with a band; null without a band.</summary>
    public Tensor? Near { get; init; }
}

/// <summary>What a GPT makes of tokens [B, T].</summary>
/// <param name="Embedding">[B, T, C], what goes into the first block.</param>
/// <param name="Hidden">[B, T, C], what the output layer reads.</param>
/// <param name="Weights">[B, H, T, S] of each layer; empty unless they were asked for.</param>
public sealed record GptResult(Tensor Embedding, Tensor Hidden, IReadOnlyList<Tensor> Weights);
