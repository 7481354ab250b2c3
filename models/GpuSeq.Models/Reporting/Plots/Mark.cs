using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>Something that is drawn between the axes of a plot.</summary>
public abstract record Mark
{
    /// <summary>The colour of what belongs to no series: that of the text.</summary>
    public const int Neutral = -1;

    /// <summary>What the legend calls it; null to leave it out.</summary>
    public string? Name { get; init; }

    /// <summary>The number of its colour, from 0; or <see cref="Neutral"/>.</summary>
    public int Color { get; init; }

    /// <summary>The values that the axis below must show.</summary>
    internal abstract IEnumerable<double> XValues { get; }

    /// <summary>The values that the axis at the left must show.</summary>
    internal abstract IEnumerable<double> YValues { get; }

    /// <summary>Draws it.</summary>
    internal abstract XElement Draw(Frame frame);

    /// <summary>Draws its sign in the legend, <paramref name="width"/> wide and centred on <paramref name="y"/>.</summary>
    internal virtual XElement DrawKey(double x, double y, double width) =>
        Svg.Element("rect", ("x", x + width / 2 - 5), ("y", y - 5), ("width", 10), ("height", 10), ("rx", 2)).Filled(Color);
}
