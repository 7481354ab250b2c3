using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>A bar for each category of the axis below. Several marks of this kind stand side by side.</summary>
/// <param name="Values">The height of each bar.</param>
public sealed record Bars(IReadOnlyList<double> Values) : Mark
{
    private const double Filling = 0.8;

    internal override IEnumerable<double> XValues => [];

    internal override IEnumerable<double> YValues => Values.Append(0);

    internal override XElement Draw(Frame frame)
    {
        var groups = frame.BarGroups;
        var width = Filling / groups.Count;
        var place = 0;
        while (!ReferenceEquals(groups[place], this))
            place++;
        var group = Svg.Element("g");
        for (var i = 0; i < Values.Count; i++)
        {
            var left = i - Filling / 2 + place * width;
            var (x, right, zero, end) = (frame.X.At(left), frame.X.At(left + width), frame.Y.At(0), frame.Y.At(Values[i]));
            if (double.IsNaN(end))
                continue;
            var (y, height) = (Math.Min(zero, end), Math.Abs(zero - end));
            var bar = Svg.Element("rect", ("x", x + 0.5), ("y", y), ("width", Math.Max(right - x - 1, 0.5)), ("height", height));
            bar.Add(Svg.Title(Figures.Number(Values[i])));
            group.Add(bar.Filled(Color));
        }
        return group;
    }
}
