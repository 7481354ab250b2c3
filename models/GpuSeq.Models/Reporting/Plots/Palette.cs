using System.Text;
using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>A colour in both themes.</summary>
/// <param name="Class">What style sheets call it.</param>
/// <param name="Light">On a light ground.</param>
/// <param name="Dark">On a dark ground.</param>
internal sealed record ThemeColor(string Class, string Light, string Dark);

/// <summary>
/// The colours of plots. An element names its light colour itself, so that it has one in any viewer; a style sheet puts the
/// dark one in its place where that is preferred.
/// </summary>
internal static class Palette
{
    public static ThemeColor Background { get; } = new("ground", "#ffffff", "#171a20");

    public static ThemeColor Ink { get; } = new("ink", "#24292f", "#e4e8ee");

    public static ThemeColor Muted { get; } = new("muted", "#5a6370", "#a3adba");

    public static ThemeColor Grid { get; } = new("grid", "#e3e6ea", "#2c323b");

    // Neighbours differ in hue and lightness; all have a contrast of 4 or more with the ground.
    private static readonly ThemeColor[] Series =
    [
        new("s0", "#1f62c4", "#6ea8ff"),
        new("s1", "#c8500a", "#ff9d5c"),
        new("s2", "#12784a", "#4fc98f"),
        new("s3", "#a82d78", "#f283bd"),
        new("s4", "#6a48bd", "#b59dff"),
        new("s5", "#0c7380", "#4bc6d4"),
        new("s6", "#80560f", "#dfb862"),
        new("s7", "#a3232e", "#ff8a8f"),
    ];

    public static string DarkStyle { get; } = MakeDarkStyle();

    public static ThemeColor Of(int color) => color < 0 ? Muted : Series[color % Series.Length];

    public static XElement Filled(this XElement element, int color) => element.Colored(Of(color));

    public static XElement Colored(this XElement element, ThemeColor color) =>
        Svg.Set(element, ("class", color.Class), ("fill", color.Light));

    public static XElement Stroked(this XElement element, int color) => element.Stroked(Of(color));

    public static XElement Stroked(this XElement element, ThemeColor color) =>
        Svg.Set(element, ("class", $"{color.Class}-stroke"), ("fill", "none"), ("stroke", color.Light));

    /// <summary>Keeps text readable where lines run behind it.</summary>
    public static XElement Haloed(this XElement text) => Svg.Set(
        text,
        ("class", $"{Ink.Class} halo"), ("stroke", Background.Light), ("stroke-width", 3), ("stroke-linejoin", "round"),
        ("paint-order", "stroke"));

    private static string MakeDarkStyle()
    {
        var style = new StringBuilder("@media screen and (prefers-color-scheme: dark) {\n");
        foreach (var color in (ThemeColor[])[Background, Ink, Muted, Grid, .. Series])
            style.Append($"  .plot .{color.Class} {{ fill: {color.Dark} }} .plot .{color.Class}-stroke {{ stroke: {color.Dark} }}\n");
        return style.Append($"  .plot .halo {{ stroke: {Background.Dark} }}\n}}\n").ToString();
    }
}
