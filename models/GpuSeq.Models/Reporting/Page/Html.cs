using System.Net;

namespace GpuSeq.Models.Reporting.Page;

/// <summary>
/// A piece of a page. It is made from an interpolated string whose values are escaped, unless they are pieces themselves: text
/// from a file cannot become markup by mistake.
/// </summary>
internal readonly struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    public static Html Empty => default;

    /// <summary>A piece with values in it.</summary>
    public static Html Of(FormattableString text) => new(string.Format(null, text.Format, [.. text.GetArguments().Select(Escaped)]));

    /// <summary>What is known to be markup, a style sheet or a script.</summary>
    public static Html Raw(string markup) => new(markup);

    /// <summary>Pieces one after another.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces));

    public override string ToString() => _markup ?? "";

    private static string Escaped(object? value) => value is Html html ? html.ToString() : WebUtility.HtmlEncode($"{value}");
}
