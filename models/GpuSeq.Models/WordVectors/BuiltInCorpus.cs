namespace GpuSeq.Models;

/// <summary>
/// Sentences of a small grammar, made for the recipe that is given no text: words of a class stand in the same places, and words
/// for men and women differ as <c>he</c> and <c>she</c> do.
/// </summary>
public static class BuiltInCorpus
{
    private static readonly string[][] Couples =
    [
        ["man", "woman"], ["king", "queen"], ["prince", "princess"], ["boy", "girl"], ["uncle", "aunt"], ["father", "mother"],
    ];

    // What people of each couple do: by it, couples differ from each other.
    private static readonly string[][] Deeds =
    [
        ["works in", "walks through", "lives in"], ["rules", "governs", "owns"], ["inherits", "defends", "visits"],
        ["plays in", "hides in", "runs through"], ["sends gifts to", "writes letters to", "remembers"],
        ["builds", "cleans", "guards"],
    ];

    private static readonly string[] Animals = ["cat", "dog", "horse", "cow", "fox", "goat", "rabbit", "donkey"];
    private static readonly string[] Foods = ["bread", "cheese", "apples", "soup", "rice", "beans", "honey", "nuts"];
    private static readonly string[] Places = ["village", "castle", "garden", "harbour", "forest", "valley", "market", "island"];
    private static readonly string[] Colors = ["red", "green", "blue", "yellow", "white", "black", "brown", "grey"];
    private static readonly string[] Vehicles = ["boat", "cart", "train", "wagon", "sledge", "ferry", "coach", "ship"];
    private static readonly string[] Weathers = ["rain", "snow", "wind", "fog", "frost", "thunder", "hail", "drizzle"];

    /// <summary>Words that stand in the same places, class by class.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Classes { get; } = [Animals, Foods, Places, Colors, Vehicles, Weathers];

    /// <summary>Writes sentences, each a paragraph of its own.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed writes the same.</param>
    public static string Write(int count = 12_000, ulong seed = 1)
    {
        var random = new SplitMix64(seed);
        return string.Join("\n\n", Enumerable.Range(0, count).Select(_ => Sentence(ref random)));
    }

    private static string Sentence(ref SplitMix64 random)
    {
        switch (random.Next(8))
        {
            case 0:
                return $"the {Of(Animals, ref random)} eats {Of(Foods, ref random)} and sleeps in the barn";
            case 1:
                return $"a hungry {Of(Animals, ref random)} looks for {Of(Foods, ref random)} to eat";
            case 2:
                return $"the {Of(Vehicles, ref random)} carries travellers to the {Of(Places, ref random)} every day";
            case 3:
                return $"they paint the door {Of(Colors, ref random)} and the roof {Of(Colors, ref random)}";
            case 4:
                return $"cold {Of(Weathers, ref random)} comes over the {Of(Places, ref random)} at night";
            default:
                return Person(ref random);
        }
    }

    private static string Person(ref SplitMix64 random)
    {
        var (couple, isWoman) = (random.Next(Couples.Length), random.Next(2));
        var (he, his) = isWoman == 1 ? ("she", "her") : ("he", "his");
        var person = Couples[couple][isWoman];
        var deed = Of(Deeds[couple], ref random);
        return $"{he} is the {person} who {deed} {his} {Of(Places, ref random)}";
    }

    private static string Of(string[] words, ref SplitMix64 random) => words[random.Next(words.Length)];
}
