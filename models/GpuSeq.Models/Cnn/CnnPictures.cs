using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>What a network takes for what.</summary>
internal static class CnnPictures
{
    private const int TileColumns = 5;
    private const int TileRows = 3;

    /// <summary>Images that were taken for another class, with what they are and what was said.</summary>
    public static Picture Mistakes(ImageSet images, IReadOnlyList<MistakenImage> mistakes, IReadOnlyList<string> classes)
    {
        var shown = mistakes.Take(TileColumns * TileRows).ToArray();
        var (high, wide) = (images.Height + 6, images.Width + 2); // with room for the words above
        var rows = Math.Max(1, (shown.Length + TileColumns - 1) / TileColumns);
        var ink = new double[rows * high, TileColumns * wide];
        foreach (ref var value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref ink[0, 0], ink.Length))
            value = double.NaN; // is not drawn
        foreach (var (tile, mistake) in shown.Index())
        {
            var (top, left) = (tile / TileColumns * high + 6, tile % TileColumns * wide + 1);
            for (var i = 0; i < images.Height * images.Width; i++)
            {
                if (images[mistake.Image][i] is > 16 and var value)
                    ink[top + i / images.Width, left + i % images.Width] = value / 255.0;
            }
        }
        var words = new Points(
            [.. shown.Select((_, tile) => tile % TileColumns * wide + wide / 2.0)], [.. shown.Select((_, tile) => tile / TileColumns * high + 6.0)])
        {
            Radius = 0,
            Color = Mark.Neutral,
            Labels = [.. shown.Select(mistake => $"{classes[mistake.Expected]}, said {classes[mistake.Said]}")],
            ShowsLabels = true,
        };
        return new("mistakes", new(
            "Images that were taken for others", new Axis("") { Categories = Blank(TileColumns * wide) },
            new Axis("") { Categories = Blank(rows * high) }, [new HeatMap(ink) { Color = Mark.Neutral, Most = 1 }, words])
        {
            Note = FormattableString.Invariant($"{shown.Length} of {mistakes.Count}, in the order of the file"),
            Width = 640,
            Height = 90 + 112 * rows,
        });
    }

    private static string[] Blank(int count) => [.. Enumerable.Repeat("", count)];
}
