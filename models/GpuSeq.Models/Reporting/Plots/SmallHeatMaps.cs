using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>
/// A small heat map for each pair of categories, such as one for each layer and head: values from 0 to 1 in a few shades, so that
/// many fit into one picture. Shades grow with the square root: among many tokens, most of them see little of each other. Row 0 is at
/// the top, of the maps and in each. The axes need categories.
/// </summary>
/// <param name="Maps">Of each pair, by row and column, the values of its map by row and column.</param>
public sealed record SmallHeatMaps(IReadOnlyList<IReadOnlyList<float[,]>> Maps) : Mark
{
    private const int Shades = 8;
    private const double Gap = 2; // pixels on each side of a map

    internal override IEnumerable<double> XValues => [];

    internal override IEnumerable<double> YValues => [];

    internal override XElement Draw(Frame frame)
    {
        var group = Svg.Element("g");
        foreach (var (row, maps) in Maps.Index())
        {
            foreach (var (column, map) in maps.Index())
                group.Add(Draw(map, frame, row, column));
        }
        return group;
    }

    private IEnumerable<XElement> Draw(float[,] map, Frame frame, int row, int column)
    {
        var (x, y) = (frame.X.At(column - 0.5) + Gap, frame.Y.At(row - 0.5) + Gap);
        var (width, height) = (frame.X.At(column + 0.5) - Gap - x, frame.Y.At(row + 0.5) - Gap - y);
        yield return Svg.Element("rect", ("x", x), ("y", y), ("width", width), ("height", height)).Stroked(Palette.Grid);
        var paths = Paths(map, x, y, width / map.GetLength(1), height / map.GetLength(0));
        foreach (var (shade, path) in paths.Index().Where(path => path.Item.Length > 0))
            yield return Svg.Element("path", ("d", path.ToString()), ("fill-opacity", (shade + 1.0) / Shades)).Filled(Color);
    }

    // From 0; -1 for none, and for what is not a number.
    private static int Shade(float value) => value > 0 ? (int)Math.Round(Math.Sqrt(Math.Min(value, 1f)) * Shades) - 1 : -1;

    // One path for all cells of a shade; cells that are almost 0 are left out.
    private static StringBuilder[] Paths(float[,] map, double left, double top, double width, double height)
    {
        StringBuilder[] paths = [.. Enumerable.Range(0, Shades).Select(_ => new StringBuilder())];
        for (var row = 0; row < map.GetLength(0); row++)
        {
            for (var column = 0; column < map.GetLength(1); column++)
            {
                var shade = Shade(map[row, column]);
                if (shade >= 0)
                {
                    paths[shade].Append(
                        CultureInfo.InvariantCulture,
                        $"M{left + column * width:0.##} {top + row * height:0.##}h{width:0.##}v{height:0.##}h-{width:0.##}z");
                }
            }
        }
        return paths;
    }
}
