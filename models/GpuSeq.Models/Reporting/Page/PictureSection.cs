namespace GpuSeq.Models.Reporting.Page;

/// <summary>What recipes drew of their models, run by run.</summary>
internal static class PictureSection
{
    public static Html Of(IReadOnlyList<TrainingRun> runs)
    {
        var withPictures = runs.Where(run => run.Pictures.Count > 0).ToArray();
        if (withPictures.Length == 0)
            return Html.Empty;
        var parts = withPictures.Select(
            run => Html.Of($"{(runs.Count > 1 ? Html.Of($"<h3>{run.Name}</h3>\n") : Html.Empty)}{Figures(run.Pictures)}"));
        return Html.Of($"<section><h2>Pictures</h2>\n{Html.Join(parts)}</section>\n");
    }

    /// <summary>Plots side by side, each of which can be saved alone.</summary>
    /// <param name="plots">Elements of a page.</param>
    public static Html Figures(IEnumerable<string> plots)
    {
        var figures = plots.Select(plot => Html.Of($"""
            <figure>{Html.Raw(plot)}<button type="button" class="save" hidden>Save as SVG</button></figure>

            """));
        return Html.Of($"<div class=\"plots\">\n{Html.Join(figures)}</div>\n");
    }
}
