namespace GpuSeq.Models.Reporting.Page;

/// <summary>What the models made of inputs: the last samples in sight, earlier ones folded.</summary>
internal static class SampleSection
{
    public static Html Of(IReadOnlyList<TrainingRun> runs)
    {
        var withSamples = runs.Where(run => run.Samples.Count > 0).ToArray();
        if (withSamples.Length == 0)
            return Html.Empty;
        var parts = withSamples.Select(run => Html.Of($"{(runs.Count > 1 ? Html.Of($"<h3>{run.Name}</h3>\n") : Html.Empty)}{Steps(run)}"));
        return Html.Of($"<section><h2>Samples</h2>\n{Html.Join(parts)}</section>\n");
    }

    private static Html Steps(TrainingRun run)
    {
        var steps = run.Samples.GroupBy(sample => sample.Step).OrderByDescending(step => step.Key);
        return Html.Join(steps.Select((step, index) => Html.Of($"""
            <details{(index == 0 ? Html.Of($" open") : Html.Empty)}><summary>step {Figures.Whole(step.Key)}</summary>
            {Html.Join(step.Select(Card))}</details>

            """)));
    }

    private static Html Card(Sample sample)
    {
        var judged = sample.Expected is null ? "" : sample.Expected == sample.Output ? "right" : "wrong";
        var input = sample.Input.Length == 0 ? null : sample.Input;
        Html[] parts = [Part("input", input), Part("output", sample.Output, judged), Part("expected", sample.Expected)];
        return Html.Of($"<dl class=\"sample\">{Html.Join(parts)}</dl>\n");
    }

    private static Html Part(string name, string? text, string style = "") =>
        text is null ? Html.Empty : Html.Of($"<dt>{name}</dt><dd class=\"{style}\">{text}</dd>");
}
