namespace GpuSeq.Models;

/// <summary>What a fine-tuned GPT tells of texts (Radford et al. 2018, figure 1).</summary>
public enum GptTuningForm
{
    /// <summary>What a text is: start, text, extract.</summary>
    Classify,

    /// <summary>How a hypothesis follows from a premise: start, premise, delimiter, hypothesis, extract.</summary>
    Entail,

    /// <summary>How alike two texts are: both orders of them, whose hidden states are added.</summary>
    Similar,

    /// <summary>Which text goes on best from a context: for each of them start, context, delimiter, text, extract.</summary>
    Choice,
}

/// <summary>What each form is called and reads.</summary>
public static class GptTuningForms
{
    /// <summary>The recipe's name.</summary>
    public static string RecipeName(this GptTuningForm form) => $"gpt-{form.ToString().ToLowerInvariant()}";

    /// <summary>Reads a data set.</summary>
    /// <param name="form">The form.</param>
    /// <param name="path">A file or folder; null for the examples that are built in.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static TextExamples Read(this GptTuningForm form, string? path) => (form, path) switch
    {
        (GptTuningForm.Classify, null) => TextExamples.Of(BuiltInOpinions.Create()),
        (GptTuningForm.Entail, null) => BuiltInEntailment.Create(),
        (GptTuningForm.Similar, null) => BuiltInSimilarity.Create(),
        (_, null) => BuiltInChoices.Create(),
        (GptTuningForm.Classify, _) => TextExamples.Of(LabelledTexts.Read(path)),
        (GptTuningForm.Choice, _) => TextExamples.Read(path, TextChoices.Read),
        _ => TextExamples.Read(path, TextPairs.Read),
    };

    /// <summary>Takes the texts of an example, which stand in one with tabs between them, apart.</summary>
    /// <exception cref="DataException">There are more or fewer than the form takes.</exception>
    internal static string[] Parts(this GptTuningForm form, string text, int choices)
    {
        if (form == GptTuningForm.Classify)
            return [text];
        var parts = text.Split('\t', StringSplitOptions.TrimEntries);
        var expected = form == GptTuningForm.Choice ? 1 + choices : 2;
        return parts.Length == expected ? parts : throw new DataException(
            $"'{text}'", $"it has {parts.Length} texts with tabs between them where the model takes {expected}: "
            + (form == GptTuningForm.Choice ? $"a context and {choices} choices" : "a pair"));
    }
}
