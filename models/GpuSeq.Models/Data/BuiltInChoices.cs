using System.Globalization;

namespace GpuSeq.Models;

/// <summary>Short situations, made from phrases, each with three things that somebody may do next, one of which fits.</summary>
public static class BuiltInChoices
{
    private const int Count = 2400;
    private const int Choices = 3;

    private static readonly string[] Names = ["anna", "ben", "carla", "david"];
    private static readonly string[] Times = ["this morning", "in the evening", "today"];

    private static readonly (string[] Situations, string[] Deeds)[] Causes =
    [
        (["is thirsty", "has walked far in the sun"], ["drinks a glass of water", "looks for a well"]),
        (["is hungry", "has not eaten since dawn"], ["warms up some soup", "cuts a slice of bread"]),
        (["is tired", "has been awake all night"], ["goes to bed", "sleeps on the sofa"]),
        (["is cold", "stands in the snow"], ["puts on a coat", "lights the stove"]),
        (["is late for the train", "must be in town in an hour"], ["runs to the station", "takes a taxi"]),
        (["has muddy boots", "made the floor dirty"], ["fetches a bucket", "washes everything with soap"]),
        (["hears rain on the roof", "sees dark clouds"], ["takes an umbrella", "closes the windows"]),
    ];

    /// <summary>The examples: five sixths to learn from, the others to choose models by.</summary>
    public static TextExamples Create()
    {
        var random = new SplitMix64(2016);
        TextExample[] examples = [.. Enumerable.Range(0, Count).Select(_ => Example(ref random))];
        return new("the built-in situations", examples[(Count / 6)..], examples[..(Count / 6)]);
    }

    private static TextExample Example(ref SplitMix64 random)
    {
        var causes = Enumerable.Range(0, Causes.Length).ToArray();
        random.Shuffle(causes.AsSpan());
        var answer = random.Next(Choices);
        var name = random.Choose(Names);
        var context = $"{name} {random.Choose(Causes[causes[answer]].Situations)} {random.Choose(Times)} .";
        var choices = new string[Choices];
        for (var choice = 0; choice < Choices; choice++)
            choices[choice] = $"{name} {random.Choose(Causes[causes[choice]].Deeds)} .";
        return new([context, .. choices], answer.ToString(CultureInfo.InvariantCulture));
    }
}
