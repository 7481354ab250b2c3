namespace GpuSeq.Models.Reporting.Plots;

/// <summary>A picture of data: two axes and the marks between them. <see cref="Svg"/> draws it.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="X">The axis below.</param>
/// <param name="Y">The axis at the left.</param>
/// <param name="Marks">What is drawn, the first at the bottom.</param>
public sealed record Plot(string Title, Axis X, Axis Y, IReadOnlyList<Mark> Marks)
{
    /// <summary>A line of small print below the title; null for none.</summary>
    public string? Note { get; init; }

    /// <summary>The width in pixels, before a page scales it.</summary>
    public double Width { get; init; } = 480;

    /// <summary>The height in pixels, before a page scales it. A legend of several rows makes it larger.</summary>
    public double Height { get; init; } = 300;

    /// <summary>The plot as a file of its own: light, or dark where the viewer prefers it.</summary>
    public string ToSvg() => new PlotDrawing(this).Draw().ToFile();

    /// <summary>The plot as an element of a page, whose style sheet has <see cref="Style"/>.</summary>
    public string ToPageElement() => new PlotDrawing(this).Draw().ToPageElement();

    /// <summary>The style sheet of plots: the colours of the dark theme. Those of the light one stand in the elements.</summary>
    public static string Style => Palette.DarkStyle;
}
