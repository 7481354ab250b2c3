using System.Globalization;

namespace GpuSeq.Models;

/// <summary>
/// Pairs of short sentences, made from phrases, with a number from 0 to 5 for how much they say the same: 3 for the same deed, in
/// these words or in others, 1 for the same person and 1 for the same place.
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
        string[][] deeds = [random.Choose(Deeds), random.Choose(Deeds)];
        if (random.Next(2) == 0)
            deeds[1] = deeds[0];
        string[] people = [random.Choose(People), random.Choose(People)];
        string[] places = [random.Choose(Places), random.Choose(Places)];
        var score = (deeds[0] == deeds[1] ? 3 : 0) + (people[0] == people[1] ? 1 : 0) + (places[0] == places[1] ? 1 : 0);
        string[] texts = [$"{people[0]} {random.Choose(deeds[0])} {places[0]} .", $"{people[1]} {random.Choose(deeds[1])} {places[1]} ."];
        return new(texts, score.ToString(CultureInfo.InvariantCulture));
    }
}
