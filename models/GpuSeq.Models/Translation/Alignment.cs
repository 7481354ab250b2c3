using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>At which words of the source a model looked as it wrote each word of a translation.</summary>
/// <param name="Source">The words of the source.</param>
/// <param name="Target">The words of the translation.</param>
/// <param name="Weights">By word of the translation and word of the source; rows add up to 1.</param>
public sealed record Alignment(IReadOnlyList<string> Source, IReadOnlyList<string> Target, double[,] Weights)
{
    private const double CellWidth = 44;
    private const double CellHeight = 26;

    /// <summary>Draws the weights: words of the source from left to right, those of the translation from the top down.</summary>
    /// <param name="name">Of the file.</param>
    /// <param name="title">What stands above.</param>
    public Picture ToPicture(string name, string title = "What the model looked at") => new(name, new(
        title,
        new("source") { Categories = Source },
        new("translation") { Categories = Target },
        [new HeatMap(Weights) { Most = 1 }])
    {
        Note = "each row adds up to 1",
        Width = Math.Max(420, 220 + CellWidth * Source.Count),
        Height = 170 + CellHeight * Target.Count,
    });
}
