using System.Globalization;

namespace GpuSeq.Models;

/// <summary>
/// Short descriptions of people, made from phrases, with questions about them. Each description leaves one fact out; every fifth
/// question asks for that one and has no answer.
/// </summary>
public static class BuiltInQuestions
{
    private const int Count = 1800;
    private const int UnansweredEvery = 5;

    // A sentence with a fact in the place of {0}, and the question for it about {1}.
    private static readonly (string Sentence, string Question)[] Facts =
    [
        ("{1} lives in {0} .", "where does {1} live ?"),
        ("{1} was born in {0} .", "when was {1} born ?"),
        ("{1} keeps {0} behind the house .", "which animals does {1} keep ?"),
        ("{1} works as {0} .", "what is the work of {1} ?"),
    ];

    private static readonly string[] People =
    [
        "mara", "jonas", "old peter", "aunt ella", "the widow", "tilda", "the captain", "oskar", "ruth", "young emil", "the stranger",
        "vera",
    ];

    private static readonly string[] Places =
    [
        "the red mill", "a hut by the lake", "ashford", "the last house", "port mercy", "a room above the inn", "kestrel bay",
        "the old school",
    ];

    private static readonly string[] Animals =
    [
        "three goats", "a grey horse", "many bees", "two white geese", "a blind dog", "some hens", "a tame fox", "six sheep",
    ];

    private static readonly string[] Works =
    [
        "a baker", "a mender of nets", "the teacher", "a guard at the gate", "a maker of clocks", "the ferryman", "a nurse",
        "a travelling singer",
    ];

    private static readonly string[] Remarks =
    [
        "everybody knows that .", "the winter was long .", "so people say .", "it rained again .", "nobody asked for more .",
    ];

    /// <summary>The questions: five sixths to learn from, the others to choose models by.</summary>
    public static SquadData Create()
    {
        var random = new SplitMix64(2016);
        SquadExample[] examples = [.. Enumerable.Range(0, Count).Select(number => Example(number, ref random))];
        return new("the built-in questions", examples[(Count / 6)..], examples[..(Count / 6)]);
    }

    private static SquadExample Example(int number, ref SplitMix64 random)
    {
        var person = random.Choose(People);
        int[] order = [.. Enumerable.Range(0, Facts.Length)];
        random.Shuffle(order.AsSpan());
        var (told, untold) = (order[1..], order[0]);
        string[] facts =
        [
            random.Choose(Places), (1850 + random.Next(100)).ToString(CultureInfo.InvariantCulture), random.Choose(Animals),
            random.Choose(Works),
        ];
        var sentences = told
            .Select(fact => string.Format(CultureInfo.InvariantCulture, Facts[fact].Sentence, facts[fact], person)).ToList();
        sentences.Insert(random.Next(sentences.Count + 1), random.Choose(Remarks));
        var context = string.Join(' ', sentences);
        var isAnswered = number % UnansweredEvery != 0;
        var asked = isAnswered ? told[random.Next(told.Length)] : untold;
        var question = string.Format(CultureInfo.InvariantCulture, Facts[asked].Question, null, person);
        SquadAnswer[] answers = isAnswered ? [new(facts[asked], context.IndexOf($" {facts[asked]} ", StringComparison.Ordinal) + 1)] : [];
        return new($"{number}", question, context, answers);
    }
}
