using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>Draws what a GPT does.</summary>
internal static class GptPictures
{
    private const double CellSize = 22;

    /// <summary>Where one head of the first and of the last layer looks as it reads tokens.</summary>
    public static IEnumerable<Picture> Attention(GptModel model, ITokenizer tokenizer, int[] ids)
    {
        using var graph = model.Parameters.Device.BeginGraph(isTraining: false);
        var weights = model.Forward(graph, graph.Input(ids, [1, ids.Length]), new() { ReturnsWeights = true }).Weights;
        int[] layers = [.. new[] { 0, weights.Count - 1 }.Distinct()];
        return [.. layers.Select(layer => Draw(layer, weights[layer].ToArray(), [.. ids.Select(id => Visible(tokenizer.TokenOf(id)))]))];
    }

    // The head that looks at its own place least, since that shows the least.
    private static Picture Draw(int layer, float[] weights, string[] tokens)
    {
        var count = tokens.Length;
        var size = count * count;
        var head = Enumerable.Range(0, weights.Length / size)
            .MinBy(head => Enumerable.Range(0, count).Sum(place => weights[head * size + place * count + place]));
        var cells = new double[count, count];
        for (var i = 0; i < size; i++)
            cells[i / count, i % count] = weights[head * size + i];
        return new($"attention-{layer + 1}", new(
            $"Where head {head + 1} of layer {layer + 1} looks",
            new("seen") { Categories = tokens },
            new("from") { Categories = tokens },
            [new HeatMap(cells) { Most = 1 }])
        {
            Note = "each row adds up to 1; a token sees itself and those before it",
            Width = Math.Max(420, 180 + CellSize * count),
            Height = 170 + CellSize * count,
        });
    }

    private static string Visible(string token) => token switch
    {
        " " => "\u2423",
        "\n" => "\u21B5",
        "\t" => "\u21E5",
        "\r" => "\u240D",
        _ => token,
    };
}
