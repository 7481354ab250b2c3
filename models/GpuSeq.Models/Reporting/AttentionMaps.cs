using GpuSeq.Engine;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Reporting;

/// <summary>Where the heads of a model look as it reads a text.</summary>
/// <param name="Tokens">T tokens, as people read them.</param>
/// <param name="Weights">By layer and head: [T, T], where the rows, the tokens that look, add up to 1.</param>
public sealed record AttentionMaps(IReadOnlyList<string> Tokens, IReadOnlyList<IReadOnlyList<float[,]>> Weights)
{
    /// <summary>The most tokens for which there is room in a picture.</summary>
    public const int MostTokens = 64;

    private const double CellSize = 22;
    private const double SmallestMap = 56;

    /// <summary>Tokens of the text for which there was no room.</summary>
    public int LeftOut { get; init; }

    /// <summary>The maps of weights as models give them.</summary>
    /// <param name="tokens">T tokens, as people read them.</param>
    /// <param name="weights">[1, H, T, T] of each layer.</param>
    public static AttentionMaps Of(IReadOnlyList<string> tokens, IReadOnlyList<Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(weights);
        var size = tokens.Count * tokens.Count;
        return new(tokens, [.. weights.Select(layer => layer.ToArray().Chunk(size).Select(Square).ToArray())]);

        float[,] Square(float[] values)
        {
            var square = new float[tokens.Count, tokens.Count];
            Buffer.BlockCopy(values, 0, square, 0, Buffer.ByteLength(values));
            return square;
        }
    }

    /// <summary>What one head looks at.</summary>
    /// <param name="layer">From 0.</param>
    /// <param name="head">From 0.</param>
    /// <param name="note">A line of small print.</param>
    public Picture Head(int layer, int head, string note = "each row adds up to 1")
    {
        var (weights, count) = (Weights[layer][head], Tokens.Count);
        var cells = new double[count, count];
        Array.Copy(weights, cells, cells.Length);
        return new($"attention-{layer + 1}-{head + 1}", new(
            $"Where head {head + 1} of layer {layer + 1} looks",
            new("seen") { Categories = Tokens },
            new("from") { Categories = Tokens },
            [new HeatMap(cells) { Most = 1 }])
        {
            Note = Noted(note),
            Width = Math.Max(420, 180 + CellSize * count),
            Height = 170 + CellSize * count,
        });
    }

    /// <summary>The head of a layer that looks at its own place least, since that shows the least.</summary>
    public int HeadOfOthers(int layer) => Enumerable.Range(0, Weights[layer].Count)
        .MinBy(head => Enumerable.Range(0, Tokens.Count).Sum(place => Weights[layer][head][place, place]));

    /// <summary>A small map for each head, layer by layer.</summary>
    public Picture Sheet()
    {
        var (layers, heads) = (Weights.Count, Weights[0].Count);
        var map = Math.Max(SmallestMap, 3.0 * Tokens.Count);
        return new("attention", new(
            "Where each head looks",
            new("head") { Categories = Numbers(heads) },
            new("layer") { Categories = Numbers(layers) },
            [new SmallHeatMaps(Weights)])
        {
            Note = Noted("rows: the tokens that look; columns: those that are seen"),
            Width = Math.Max(420, 80 + map * heads),
            Height = 120 + map * layers,
        });
    }

    private string Noted(string note) => LeftOut == 0 ? note : $"{note}; {LeftOut} more tokens have no room";

    private static string[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(number => $"{number}")];
}
