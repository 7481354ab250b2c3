using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Page;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>A prompt as the model read it, and how it ranked the answers.</summary>
/// <param name="Text">What was asked about.</param>
/// <param name="Shots">The examples that were shown.</param>
/// <param name="Prompt">All that was read.</param>
/// <param name="Ranking">The answers.</param>
public sealed record AnsweredPrompt(string Text, int Shots, string Prompt, Ranking Ranking);

/// <summary>A page that compares what a model answers with no example, one and a few.</summary>
/// <param name="Model">The folder of the model.</param>
/// <param name="Measures">How often it was right; empty where nothing was measured.</param>
/// <param name="Prompts">A few prompts, for people to read.</param>
public sealed record PromptReport(string Model, IReadOnlyList<PromptMeasure> Measures, IReadOnlyList<AnsweredPrompt> Prompts)
{
    /// <summary>Writes the page.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void Write(string path)
    {
        var body = Html.Of($"{Comparison()}{PageFrame.Section("Prompts", Html.Join(Prompts.Select(Card)))}");
        AtomicFile.WriteText(path, PageFrame.Of("Prompts with examples", Html.Of($"<p>{Model}</p>"), body).ToString());
    }

    private Html Comparison()
    {
        if (Measures.Count == 0)
            return Html.Empty;
        var plot = new Plot(
            "Accuracy", new Axis("examples shown") { Categories = [.. Measures.Select(measure => $"{measure.Shots}")] },
            new Axis("accuracy") { Includes = [0, 1] },
            [
                new Bars([.. Measures.Select(measure => measure.Accuracy)]) { Name = "by log-likelihood" },
                new Bars([.. Measures.Select(measure => measure.AccuracyPerToken)]) { Name = "per token", Color = 1 },
            ]);
        var rows = Measures.Select(measure => Html.Of($"""
            <tr><th>{measure.Shots}</th><td>{Figures.Number(measure.Accuracy)}</td><td>{Figures.Number(measure.AccuracyPerToken)}</td><td>{Figures.Number(measure.MacroF1)}</td><td>{measure.Examples}</td><td>{measure.Cut}</td></tr>

            """));
        return PageFrame.Section("Comparison", Html.Of($"""
            <div class="scroll"><table class="figures">
            <thead><tr><th>examples shown</th><th>accuracy</th><th>accuracy per token</th><th>macro F1</th><th>texts</th><th>prompts cut</th></tr></thead>
            <tbody>
            {Html.Join(rows)}</tbody></table></div>
            {PictureSection.Figures([plot.ToPageElement()])}
            """));
    }

    private static Html Card(AnsweredPrompt prompt)
    {
        var answers = prompt.Ranking.Answers.Index().OrderByDescending(answer => answer.Item.LogLikelihood).Select(answer => Html.Of(
            $"<dt>{answer.Item.Answer}</dt><dd>{Figures.Number(answer.Item.LogLikelihood)}, per token {Figures.Number(answer.Item.PerToken)}, share {Figures.Number(prompt.Ranking.Probability(answer.Index))}</dd>"));
        return Html.Of($"""
            <dl class="sample"><dt>examples</dt><dd>{prompt.Shots}</dd><dt>prompt</dt><dd>{prompt.Prompt}</dd>{Html.Join(answers)}</dl>

            """);
    }
}
