using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models.Reporting.Page;

/// <summary>What every page has around its contents: the head with the styles, the title, the script.</summary>
internal static class PageFrame
{
    /// <summary>A page, which needs no other file and no network.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="origin">What stands below the title.</param>
    /// <param name="body">All else.</param>
    public static Html Of(string title, Html origin, Html body) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title}</title>
        <style>{Resource("report.css")}</style>
        <style id="plot-style">{Html.Raw(Plot.Style)}</style>
        </head>
        <body>
        <header><h1>{title}</h1>{origin}</header>
        <main>
        {body}
        </main>
        <script>{Resource("report.js")}</script>
        </body>
        </html>

        """);

    /// <summary>A part of a page.</summary>
    public static Html Section(string name, Html content) => Html.Of($"<section><h2>{name}</h2>\n{content}</section>");

    private static Html Resource(string name)
    {
        using var stream = typeof(PageFrame).Assembly.GetManifestResourceStream($"GpuSeq.Models.{name}")!;
        using var reader = new StreamReader(stream);
        return Html.Raw(reader.ReadToEnd());
    }
}
