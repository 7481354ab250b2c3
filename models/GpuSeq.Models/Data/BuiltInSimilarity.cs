using System.Globalization;

namespace GpuSeq.Models;

/// <summary>
/// Pairs of short sentences, made from phrases, with a number from 0 to 5 for how much they say the same: 3 for the same deed, 1 for
/// the same person and 1 for the same place.
/// </summary>
public static class BuiltInSimilarity
{
    private const int Count = 3000;

    private static readonly string[] People = ["the baker", "the teacher", "the captain", "the doctor"];
    private static readonly string[] Places = ["at home", "in the village", "by the sea"];

    private static readonly string[][] Deeds = // in two wordings each
    [
        ["bakes bread", "makes some loaves"], ["reads a letter", "looks through the post"], ["repairs a boat", "mends a leaking ship"],
        ["feeds the hens", "gives corn to the poultry"], ["plays the piano", "makes music on the keys"],
    ];

    /// <summary>The examples: five sixths to learn from, the others to choose models by.</summary>
    public static TextExamples Create()
    {
        var random = new SplitMix64(2017);
        TextExample[] examples = [.. Enumerable.Range(0, Count).Select(_ => Example(ref random))];
        return new("the built-in sentence pairs", examples[(Count / 6)..], examples[..(Count / 6)]);
    }

    private static TextExample Example(ref SplitMix64 random)
    {
        string[][] deeds = Pair(Deeds, ref random);
        var (people, places, wording) = (Pair(People, ref random), Pair(Places, ref random), random.Next(2));
        var score = (deeds[0] == deeds[1] ? 3 : 0) + (people[0] == people[1] ? 1 : 0) + (places[0] == places[1] ? 1 : 0);
        string[] texts = [.. Enumerable.Range(0, 2).Select(side => $"{people[side]} {deeds[side][wording]} {places[side]} .")];
        return new(texts, score.ToString(CultureInfo.InvariantCulture));
    }

    // The same twice in half of the cases, and at times by chance.
    private static T[] Pair<T>(T[] items, ref SplitMix64 random)
    {
        var first = random.Choose(items);
        return [first, random.Next(2) == 0 ? first : random.Choose(items)];
    }
}
