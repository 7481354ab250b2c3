using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>Draws what attention pooling looks at in a text.</summary>
internal static class AttentionPicture
{
    private const double WordWidth = 34;

    /// <summary>A heat map of one row: the weight of each word.</summary>
    /// <param name="number">Of the picture, from 1.</param>
    /// <param name="weights">The words and their weights.</param>
    /// <param name="said">The label that was said.</param>
    /// <param name="expected">The label that is right.</param>
    public static Picture Of(int number, IReadOnlyList<(string Word, double Weight)> weights, string said, string expected)
    {
        var values = new double[1, weights.Count];
        foreach (var (column, word) in weights.Index())
            values[0, column] = word.Weight;
        return new($"attention-{number}", new Plot(
            $"Attention: said {said}, right {expected}",
            new Axis("word") { Categories = [.. weights.Select(word => word.Word)] }, new Axis("") { Categories = [said] },
            [new HeatMap(values) { NumberFormat = "0.00" }])
        {
            Width = Math.Max(480, 150 + WordWidth * weights.Count),
            Height = 190,
        });
    }
}
