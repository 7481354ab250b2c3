using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Draws what a GPT does.</summary>
internal static class GptPictures
{
    /// <summary>Where one head of the first and of the last layer looks as it reads tokens.</summary>
    public static IEnumerable<Picture> Attention(GptModel model, ITokenizer tokenizer, int[] ids)
    {
        using var graph = model.Parameters.Device.BeginGraph(isTraining: false);
        var weights = model.Forward(graph, graph.Input(ids, [1, ids.Length]), new() { ReturnsWeights = true }).Weights;
        var maps = AttentionMaps.Of([.. ids.Select(id => Visible(tokenizer.TokenOf(id)))], weights);
        int[] layers = [.. new[] { 0, weights.Count - 1 }.Distinct()];
        return
        [
            .. layers.Select(layer => maps.Head(
                layer, maps.HeadOfOthers(layer), "each row adds up to 1; a token sees itself and those before it")),
        ];
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
