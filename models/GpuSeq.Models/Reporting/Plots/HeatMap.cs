using System.Globalization;
using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>
/// A cell for each pair of categories, the stronger the larger its value. Row 0 is at the top. The axes need categories.
/// </summary>
/// <param name="Values">Of each cell, by row and column.</param>
public sealed record HeatMap(double[,] Values) : Mark
{
    private const double OpacityWithLightText = 0.6;
    private const double CharacterWidth = 6.5;
    private const double LineHeight = 13;

    /// <summary>How values are written in the cells that have room, such as <c>0.00</c>; null to leave them out.</summary>
    public string? NumberFormat { get; init; }

    /// <summary>The value without colour.</summary>
    public double Least { get; init; }

    /// <summary>The value with the full colour; null for the largest one.</summary>
    public double? Most { get; init; }

    internal double Top => Most ?? Values.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(1).Max();

    internal override IEnumerable<double> XValues => [];

    internal override IEnumerable<double> YValues => [];

    internal override XElement Draw(Frame frame)
    {
        var group = Svg.Element("g");
        var (top, isNamed) = (Top, Values.Length <= 4096); // tool tips for more cells would make a large file
        for (var row = 0; row < Values.GetLength(0); row++)
        {
            for (var column = 0; column < Values.GetLength(1); column++)
                group.Add(Cell(frame, row, column, top, isNamed));
        }
        return group;
    }

    /// <summary>How strong the colour of a value is, from 0 to 1.</summary>
    internal double Opacity(double value, double top)
    {
        var share = (value - Least) / (top - Least);
        return double.IsFinite(share) ? Math.Clamp(share, 0, 1) : 0;
    }

    private IEnumerable<XElement> Cell(Frame frame, int row, int column, double top, bool isNamed)
    {
        var value = Values[row, column];
        if (!double.IsFinite(value))
            yield break;
        var opacity = Opacity(value, top);
        var (x, y) = (frame.X.At(column - 0.5), frame.Y.At(row - 0.5));
        var (width, height) = (frame.X.At(column + 0.5) - x, frame.Y.At(row + 0.5) - y);
        var text = value.ToString(NumberFormat ?? "0.###", CultureInfo.InvariantCulture);
        var cell = Svg.Element("rect", ("x", x), ("y", y), ("width", width), ("height", height), ("fill-opacity", opacity)).Filled(Color);
        if (isNamed)
            cell.Add(Svg.Title(text));
        yield return cell;
        if (NumberFormat is null || text.Length * CharacterWidth > width || LineHeight > height)
            yield break;
        var label = Svg.Text(text, x + width / 2, y + height / 2 + 4, "middle");
        yield return opacity > OpacityWithLightText ? label.Colored(Palette.Background) : label;
    }
}
