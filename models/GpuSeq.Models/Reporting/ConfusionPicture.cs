using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Reporting;

/// <summary>Draws which classes are taken for which.</summary>
public static class ConfusionPicture
{
    /// <summary>A heat map with a row for each right class: the shares of its examples for which each class was said.</summary>
    public static Picture Of(ClassificationScores scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var room = 28 * scores.Classes.Count;
        var map = new HeatMap(scores.Shares) { NumberFormat = "0.00", Most = 1 };
        return new("confusion", new Plot(
            "Confusion", new Axis("said") { Categories = scores.Classes }, new Axis("right") { Categories = scores.Classes }, [map])
        {
            Note = $"Shares of the {scores.Examples} examples by their right class.",
            Width = Math.Max(400, 160 + 2 * room),
            Height = Math.Max(280, 140 + room),
        });
    }
}
