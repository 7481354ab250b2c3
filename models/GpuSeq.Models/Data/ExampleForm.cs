namespace GpuSeq.Models;

/// <summary>What is told of texts, and how files have it.</summary>
/// <param name="Problem">What is told.</param>
/// <param name="Task">The task of GLUE whose files the data has; null where files tell by the names of their columns.</param>
public sealed record ExampleForm(TextProblem Problem, string? Task = null)
{
    /// <summary>Reads a data set.</summary>
    /// <param name="path">A file or folder; null for the examples that are built in.</param>
    /// <exception cref="DataException">It cannot be read, or nothing is built in.</exception>
    public TextExamples Read(string? path)
    {
        if (Task is not null && GlueTask.Find(Task) is { } task)
            return path is null ? BuiltIn(task) : task.Read(path);
        return (Problem, path) switch
        {
            (TextProblem.Choice, null) => BuiltInChoices.Create(),
            (TextProblem.Choice, _) => TextExamples.Read(path, TextChoices.Read),
            (TextProblem.Number, null) => BuiltInSimilarity.Create(),
            (_, null) => TextExamples.Of(BuiltInOpinions.Create()),
            _ when TextPairs.AreIn(path) => TextExamples.Read(path, TextPairs.Read),
            (TextProblem.Labels, _) => TextExamples.Read(path, LabelSets),
            _ => TextExamples.Of(LabelledTexts.Read(path)),
        };
    }

    /// <summary>The labels to be learned: those of the task, or those that occur, in alphabetical order; none of numbers and choices.</summary>
    /// <exception cref="DataException">There are fewer than two.</exception>
    public IReadOnlyList<string> LabelsOf(TextExamples examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (Problem is TextProblem.Number or TextProblem.Choice)
            return [];
        if (Task is not null && GlueTask.Find(Task) is { } task)
            return [.. task.Labels.Select(label => label.Label)];
        var answers = examples.Train.Select(example => example.Answer);
        if (Problem == TextProblem.Labels)
            answers = answers.SelectMany(LabelSetAnswers.Split);
        string[] labels = [.. answers.Distinct().Order(StringComparer.Ordinal)];
        return labels.Length > 1 ? labels : throw new DataException(
            examples.Source, labels is [var only] ? $"all examples to learn from have the answer '{only}'" : "no example has a label");
    }

    private static IReadOnlyList<TextExample> LabelSets(DataFile file) =>
        [.. LabelledTable.Read(file.Read(), file.Source, mayLackLabels: true).Select(text => new TextExample([text.Text], text.Label))];

    private static TextExamples BuiltIn(GlueTask task) => task.Name switch
    {
        "sst-2" => TextExamples.Of(BuiltInOpinions.Create()),
        "mnli" => BuiltInEntailment.Create(),
        "sts-b" => BuiltInSimilarity.Create(),
        _ => throw new DataException($"--task {task.Name}", "nothing is built in for it: --data is needed"),
    };
}
