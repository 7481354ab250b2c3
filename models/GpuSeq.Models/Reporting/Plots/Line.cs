using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>A line through points in their order. It is broken where a value is not finite or has no place on its axis.</summary>
/// <param name="X">Of each point.</param>
/// <param name="Y">Of each point.</param>
public sealed record Line(IReadOnlyList<double> X, IReadOnlyList<double> Y) : Mark
{
    private const double PixelsPerColumn = 0.75;

    /// <summary>Whether it is dashed.</summary>
    public bool IsDashed { get; init; }

    /// <summary>Whether it stands back behind others.</summary>
    public bool IsFaint { get; init; }

    /// <summary>A line of no points, for an entry of the legend that is about several lines.</summary>
    public static Line Key(string name, bool isDashed, int color) => new([], []) { Name = name, IsDashed = isDashed, Color = color };

    internal override IEnumerable<double> XValues => X;

    internal override IEnumerable<double> YValues => Y;

    internal override XElement Draw(Frame frame)
    {
        var group = Svg.Element("g");
        foreach (var piece in Pieces(frame))
        {
            // A piece of one point has no length: a dot stands for it.
            group.Add(piece.Count == 1
                ? Faint(Svg.Element("circle", ("cx", piece[0].X), ("cy", piece[0].Y), ("r", 2.5)).Filled(Color))
                : Stroke(Svg.Element("path", ("d", Path(Thinning.ByColumn(piece, PixelsPerColumn))))));
        }
        return group;
    }

    internal override XElement DrawKey(double x, double y, double width) =>
        Stroke(Svg.Element("path", ("d", Path([(x, y), (x + width, y)]))));

    private IEnumerable<List<(double X, double Y)>> Pieces(Frame frame)
    {
        var piece = new List<(double X, double Y)>();
        for (var i = 0; i < X.Count; i++)
        {
            var (x, y) = (frame.X.At(X[i]), frame.Y.At(Y[i]));
            if (!double.IsNaN(x) && !double.IsNaN(y))
            {
                piece.Add((x, y));
            }
            else if (piece.Count > 0)
            {
                yield return piece;
                piece = [];
            }
        }
        if (piece.Count > 0)
            yield return piece;
    }

    private XElement Stroke(XElement element)
    {
        Svg.Set(Faint(element.Stroked(Color)), ("stroke-width", IsFaint ? 1 : 1.75), ("stroke-linejoin", "round"));
        return IsDashed ? Svg.Set(element, ("stroke-dasharray", IsFaint ? "2 2" : "6 3")) : element;
    }

    private XElement Faint(XElement element) => IsFaint ? Svg.Set(element, ("opacity", 0.3)) : element;

    private static string Path(IReadOnlyList<(double X, double Y)> points)
    {
        var path = new StringBuilder();
        foreach (var (x, y) in points)
            path.Append(path.Length == 0 ? 'M' : 'L').Append(CultureInfo.InvariantCulture, $"{x:0.#} {y:0.#}");
        return path.ToString();
    }
}
