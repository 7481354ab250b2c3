using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>A dot for each point; none where a value is not finite or has no place on its axis.</summary>
/// <param name="X">Of each point.</param>
/// <param name="Y">Of each point.</param>
public sealed record Points(IReadOnlyList<double> X, IReadOnlyList<double> Y) : Mark
{
    private const double MiddleShare = 0.25;

    /// <summary>The radius in pixels.</summary>
    public double Radius { get; init; } = 3;

    /// <summary>Whether the dots are rings.</summary>
    public bool IsHollow { get; init; }

    /// <summary>What each point is called when it is pointed at; null for nothing.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Whether the labels stand beside the points.</summary>
    public bool ShowsLabels { get; init; }

    internal override IEnumerable<double> XValues => X;

    internal override IEnumerable<double> YValues => Y;

    internal override XElement Draw(Frame frame)
    {
        var group = Svg.Element("g");
        for (var i = 0; i < X.Count; i++)
        {
            var (x, y) = (frame.X.At(X[i]), frame.Y.At(Y[i]));
            if (double.IsNaN(x) || double.IsNaN(y))
                continue;
            var dot = Dot(x, y);
            group.Add(dot);
            if (Labels is null)
                continue;
            dot.Add(Svg.Title(Labels[i]));
            if (ShowsLabels)
                group.Add(Beside(frame, x, y, Labels[i]));
        }
        return group;
    }

    internal override XElement DrawKey(double x, double y, double width) => Dot(x + width / 2, y);

    private XElement Dot(double x, double y)
    {
        var dot = Svg.Element("circle", ("cx", x), ("cy", y), ("r", Radius));
        return IsHollow ? Svg.Set(dot.Stroked(Color), ("stroke-width", 2)) : Svg.Set(dot.Filled(Color), ("fill-opacity", 0.8));
    }

    // Above the point, and turned inwards near an edge.
    private XElement Beside(Frame frame, double x, double y, string label)
    {
        var share = (x - frame.Left) / (frame.Right - frame.Left);
        var anchor = share < MiddleShare ? "start" : share > 1 - MiddleShare ? "end" : "middle";
        var isHigh = y - frame.Top < 24;
        return Svg.Text(label, x, isHigh ? y + Radius + 14 : y - Radius - 8, anchor).Haloed();
    }
}
