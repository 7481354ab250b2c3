namespace GpuSeq.Models;

/// <summary>The steps in which text is normalized, as <c>normalizer</c> of <c>tokenizer.json</c> tells them.</summary>
internal sealed record TextSteps(IReadOnlyList<ITextStep> Steps)
{
    /// <summary>
    /// ALBERT's (Lan et al. 2020): quotes of two characters become one, characters lose their looks, and as the options say accents go
    /// and letters become small.
    /// </summary>
    public static TextSteps Albert(UnigramOptions options)
    {
        List<ITextStep> steps = [new ReplaceStep("``", isRegex: false, "\""), new ReplaceStep("''", isRegex: false, "\"")];
        steps.Add(new FormStep(options.StripAccents ? System.Text.NormalizationForm.FormKD : System.Text.NormalizationForm.FormKC));
        if (options.StripAccents)
            steps.Add(new StripAccentsStep());
        if (options.LowerCase)
            steps.Add(new LowercaseStep());
        return new(steps);
    }

    /// <summary>Takes all steps.</summary>
    public void Apply(AlignedText text)
    {
        foreach (var step in Steps)
            step.Apply(text);
    }

    /// <summary>Them as <c>tokenizer.json</c> writes them; null where there are none.</summary>
    public object? Json => Steps.Count == 0 ? null : new { Type = "Sequence", Normalizers = Steps.Select(step => step.Json) };

    /// <summary>Reads them.</summary>
    /// <exception cref="DataException">A step is of a type that is not supported, or has a fault.</exception>
    public static TextSteps Read(JsonPart normalizer) => new([.. ReadAll(normalizer)]);

    private static IEnumerable<ITextStep> ReadAll(JsonPart part) => part switch
    {
        { IsMissing: true } => [],
        { Type: "Sequence" } => part["normalizers"].Items.SelectMany(ReadAll),
        { Type: LowercaseStep.Type } => [new LowercaseStep()],
        { Type: StripAccentsStep.Type } => [new StripAccentsStep()],
        { Type: ReplaceStep.Type } => [Replace(part)],
        { Type: CharacterMapStep.Type } => [CharacterMap(part["precompiled_charsmap"])],
        _ when FormStep.Types.TryGetValue(part.Type, out var form) => [new FormStep(form)],
        _ => throw part.Fault($"is of type '{part.Type}', which is not supported"),
    };

    private static ReplaceStep Replace(JsonPart part)
    {
        var (text, regex) = (part["pattern"]["String"].Text, part["pattern"]["Regex"].Text);
        try
        {
            return new(text ?? regex ?? throw part.Fault("has no pattern"), text is null, part["content"].Text ?? "");
        }
        catch (ArgumentException)
        {
            throw part.Fault($"has the pattern '{regex}', which is not supported");
        }
    }

    private static CharacterMapStep CharacterMap(JsonPart map)
    {
        try
        {
            return new(map.Text ?? "");
        }
        catch (FormatException)
        {
            throw map.Fault("is not a table of characters in base 64");
        }
    }
}
