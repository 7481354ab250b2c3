using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a model of BERT's family reads.</summary>
/// <param name="Ids">[B, T] integers, the tokens.</param>
public sealed record BertInput(Tensor Ids)
{
    /// <summary>[B, T] integers, the type of each token, such as 0 in the first text and 1 in the second; null for 0.</summary>
    public Tensor? Types { get; init; }

    /// <summary>[B] integers, how many tokens each sequence has; the others at its end are padding. Null where all count.</summary>
    public Tensor? Lengths { get; init; }

    /// <summary>[B, T] integers, 0 at padding, wherever it stands. <see cref="Lengths"/> costs less.</summary>
    public Tensor? Mask { get; init; }

    /// <summary>
    /// [B, T] or [T] integers, the place of each token; null for the places from the first on. Padding at the left of RoBERTa's
    /// sequences needs <see cref="BertConfig.PositionsOf"/>.
    /// </summary>
    public Tensor? Positions { get; init; }

    /// <summary>
    /// [B, P] integers, the tokens, as rows of [B T], whose states the last layer is to compute, which saves most of its work where
    /// they are few; null for all.
    /// </summary>
    public Tensor? Wanted { get; init; }

    /// <summary>Whether the attention weights of every layer are wanted, for people to look at.</summary>
    public bool ReturnsWeights { get; init; }

    /// <summary>The same, where of the last states only the first token's are wanted: what tells what texts are reads no others.</summary>
    public BertInput OfFirstTokens(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var (texts, tokens) = (Ids.Shape[0], Ids.Shape[1]);
        return this with { Wanted = graph.Input([.. Enumerable.Range(0, texts).Select(text => text * tokens)], [texts, 1]) };
    }
}

/// <summary>What a model of BERT's family makes of tokens.</summary>
/// <param name="Hidden">[B, T, C], what the last layer computes; [B, P, C] of <see cref="BertInput.Wanted"/>.</param>
/// <param name="Pooled">[B, C], the pooler's view of the first token; null for a model without one.</param>
/// <param name="HiddenStates">
/// [B, T, C], what goes into the first layer, and what each layer computes: L + 1 tensors, the last of them <paramref name="Hidden"/>.
/// </param>
/// <param name="Weights">[B, H, T, T] of each layer, or of the last [B, H, P, T]; empty unless they were asked for.</param>
public sealed record BertResult(
    Tensor Hidden, Tensor? Pooled, IReadOnlyList<Tensor> HiddenStates, IReadOnlyList<Tensor> Weights)
{
    /// <summary>[B, C], what the last layer computes for the first token of each sequence, or the first that is wanted.</summary>
    public Tensor First => Hidden.Slice(1, 0, 1).Reshape([Hidden.Shape[0], Hidden.Shape[2]]);
}
