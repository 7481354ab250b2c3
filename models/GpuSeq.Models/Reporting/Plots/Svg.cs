using System.Globalization;
using System.Xml.Linq;

namespace GpuSeq.Models.Reporting.Plots;

/// <summary>Elements of SVG 1.1.</summary>
internal static class Svg
{
    public const double FontSize = 12;

    private const string Namespace = "http://www.w3.org/2000/svg";

    public static XElement Element(string name, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Set(new XElement(name), attributes);

    public static XElement Set(XElement element, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        foreach (var (name, value) in attributes)
            element.SetAttributeValue(name, value is double number ? Math.Round(number, 2).ToString(CultureInfo.InvariantCulture) : value);
        return element;
    }

    public static XElement Text(string text, double x, double y, string anchor = "start")
    {
        var element = Element("text", ("x", x), ("y", y), ("text-anchor", anchor)).Colored(Palette.Ink);
        element.Add(Clean(text));
        return element;
    }

    /// <summary>What is shown when a person points at the element around it.</summary>
    public static XElement Title(string text) => new("title", Clean(text));

    /// <summary>About how wide a text is in a sans-serif font.</summary>
    public static double WidthOf(string text, double fontSize = FontSize) => fontSize * text.Sum(character => character switch
    {
        'i' or 'j' or 'l' or 'I' or 't' or 'f' or 'r' or '.' or ',' or ':' or '\'' or '|' or ' ' or '(' or ')' or '-' => 0.36,
        'm' or 'w' or 'M' or 'W' or '%' or '@' => 0.88,
        >= 'A' and <= 'Z' => 0.7,
        < '\u1100' => 0.58,
        _ => 1.0,
    });

    /// <summary>A text with an ellipsis where it is wider than it may be.</summary>
    public static string Shortened(string text, double width)
    {
        if (WidthOf(text) <= width)
            return text;
        var length = text.Length;
        while (length > 1 && WidthOf(text[..length]) + FontSize > width)
            length--;
        return text[..length].TrimEnd() + "\u2026";
    }

    /// <summary>A file that stands alone: with the name space and the style sheet.</summary>
    public static string ToFile(this XElement svg)
    {
        svg.AddFirst(new XElement("style", Palette.DarkStyle));
        return $"<svg xmlns=\"{Namespace}\"" + svg.ToPageElement()["<svg".Length..] + "\n";
    }

    /// <summary>An element of an HTML page, where the name space goes without saying.</summary>
    public static string ToPageElement(this XElement svg) => svg.ToString(SaveOptions.DisableFormatting);

    // XML has no place for control characters, whatever the escape; half a surrogate pair is no character.
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(
        rune => rune.Value < 0x20 || rune.Value is 0xFFFE or 0xFFFF ? " " : rune.ToString()));
}
