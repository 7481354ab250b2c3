namespace GpuSeq.Models;

/// <summary>
/// Short premises with hypotheses, made from phrases: a hypothesis that says less of the same follows, one that says something else
/// of the deed or the place contradicts, and one that adds a circumstance may be true or not.
/// </summary>
public static class BuiltInEntailment
{
    private const int Count = 3000;

    private static readonly (string Exact, string General)[] People =
    [
        ("a man", "a person"), ("a woman", "a person"), ("a nurse", "a person"), ("a boy", "a child"), ("a girl", "a child"),
        ("two friends", "people"), ("some students", "people"),
    ];

    private static readonly (string Exact, string General)[] Deeds =
    [
        ("reading a newspaper", "reading"), ("cooking soup", "cooking"), ("playing the violin", "making music"),
        ("riding a red bicycle", "riding"), ("painting a fence", "painting"), ("singing a slow song", "singing"),
        ("feeding the ducks", "feeding birds"), ("mending a net", "working"),
    ];

    private static readonly string[] Places =
    [
        "in the park", "at the harbour", "in the kitchen", "behind the school", "on a bridge", "near the station",
    ];

    private static readonly string[] Circumstances =
    [
        "for the first time", "because of a bet", "to please a friend", "as on every monday", "before going home", "for money",
    ];

    /// <summary>The examples: five sixths to learn from, the others to choose models by.</summary>
    public static TextExamples Create()
    {
        var random = new SplitMix64(2018);
        TextExample[] examples = [.. Enumerable.Range(0, Count).Select(_ => Example(ref random))];
        return new("the built-in premises", examples[(Count / 6)..], examples[..(Count / 6)]);
    }

    private static TextExample Example(ref SplitMix64 random)
    {
        var (person, deed, place) = (random.Choose(People), random.Choose(Deeds), random.Choose(Places));
        var verb = person.General == "people" ? "are" : "is";
        var premise = $"{person.Exact} {verb} {deed.Exact} {place} .";
        var beginning = $"{person.General} {verb}";
        var saysPlace = random.Next(2) == 0;
        var (hypothesis, label) = random.Next(3) switch
        {
            0 => (saysPlace ? place : deed.General, "entailment"),
            1 => (saysPlace ? Other(Places, place, ref random) : Other(Deeds, deed, ref random).General, "contradiction"),
            _ => ($"{deed.General} {random.Choose(Circumstances)}", "neutral"),
        };
        return new([premise, $"{beginning} {hypothesis} ."], label);
    }

    private static T Other<T>(T[] items, T than, ref SplitMix64 random) =>
        items[(Array.IndexOf(items, than) + 1 + random.Next(items.Length - 1)) % items.Length];
}
