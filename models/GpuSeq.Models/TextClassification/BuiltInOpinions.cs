namespace GpuSeq.Models;

/// <summary>
/// Short opinions, made from phrases: a praise or a complaint, which a negation turns into its opposite, and at times a remark
/// that says nothing. Where two stand against each other, the one after "but" counts.
/// </summary>
public static class BuiltInOpinions
{
    private const int Count = 480;
    private const string Positive = "positive";
    private const string Negative = "negative";

    private static readonly string[] Things =
    [
        "the film", "this film", "the plot", "the acting", "the music", "the ending", "the whole cast", "the camera work", "the dialogue",
        "the second half", "the story", "every scene",
    ];

    private static readonly string[] Praises =
    [
        "wonderful", "funny", "moving", "clever", "charming", "gripping", "beautiful", "fresh", "brilliant", "touching", "warm", "superb",
    ];

    private static readonly string[] Complaints =
    [
        "dull", "boring", "clumsy", "awful", "tedious", "shallow", "stale", "noisy", "lifeless", "dreadful", "silly", "predictable",
    ];

    private static readonly string[] Plain = ["is", "was", "seems", "feels"];
    private static readonly string[] Negated = ["is not", "was never", "isn't", "is hardly"];
    private static readonly string[] Degrees = ["", "", "very", "quite", "truly", "rather"];

    private static readonly string[] Remarks =
    [
        "i saw it on a monday", "it runs for two hours", "we sat in the third row", "my sister came along", "it is set in a harbour town",
        "the tickets were sold at the door",
    ];

    /// <summary>The opinions: five sixths to learn from, the others to choose models by.</summary>
    public static LabelledTexts Create()
    {
        var random = new SplitMix64(2024);
        LabelledText[] texts = [.. Enumerable.Range(0, Count).Select(_ => Opinion(ref random))];
        return new("the built-in opinions", texts[(Count / 6)..], texts[..(Count / 6)]);
    }

    private static LabelledText Opinion(ref SplitMix64 random)
    {
        var isPositive = random.Next(2) == 1;
        var text = Clause(isPositive, ref random);
        if (random.Next(4) == 0)
            text = $"{Clause(!isPositive, ref random)}, but {text}";
        text = random.Next(6) switch
        {
            0 => $"{Choose(Remarks, ref random)} . {text}",
            1 => $"{text} . {Choose(Remarks, ref random)}",
            _ => text,
        };
        return new($"{text} .", isPositive ? Positive : Negative);
    }

    private static string Clause(bool isPositive, ref SplitMix64 random)
    {
        var isNegated = random.Next(4) == 0;
        var thing = Choose(Things, ref random);
        var verb = Choose(isNegated ? Negated : Plain, ref random);
        var degree = isNegated ? "" : Choose(Degrees, ref random);
        var word = Choose(isPositive != isNegated ? Praises : Complaints, ref random);
        return string.Join(' ', new[] { thing, verb, degree, word }.Where(part => part.Length > 0));
    }

    private static string Choose(string[] phrases, ref SplitMix64 random) => phrases[random.Next(phrases.Length)];
}
