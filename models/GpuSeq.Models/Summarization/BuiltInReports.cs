namespace GpuSeq.Models;

/// <summary>
/// Short reports about invented places with summaries of one sentence, made for this project from patterns. What a report is about
/// stands in one or two of its sentences and must be said in other words, some of it after a comparison: who won, whether enough
/// voted for a plan, whether it grew warmer.
/// </summary>
public static class BuiltInReports
{
    private const int Count = 4000;
    private const ulong Seed = 31;

    private static readonly string[] Places =
    [
        "Aldham", "Brookstead", "Carrow", "Dunmere", "Eastwick", "Farley", "Greyford", "Holmby", "Ketterby", "Lindow", "Marsham",
        "Norwell",
    ];

    private static readonly string[] Days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    private static readonly string[] Teams = ["Herons", "Foxes", "Millers", "Rovers", "Badgers", "Sailors", "Falcons", "Smiths"];

    private static readonly string[] Names =
        ["Ada Fenn", "Ben Marlow", "Clara Hobbs", "David Ingram", "Ella Stone", "Frank Orr", "Grace Pell", "Hugo Wren"];

    private static readonly string[] Plans = ["library", "bridge", "swimming pool", "car park", "market hall", "school", "bus station"];

    private static readonly string[] Wares = ["lamps", "bicycles", "chairs", "clocks", "boots", "violins", "kettles"];

    private static readonly string[] Hours = ["noon", "six in the evening", "midnight", "tomorrow morning", "the weekend"];

    private static readonly string[] Obstacles = ["fallen tree", "broken water pipe", "lost load of bricks", "herd of cows", "burning van"];

    private static readonly string[] Numbers =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    /// <summary>The reports with their summaries: the same ones each time.</summary>
    public static IReadOnlyList<SentencePair> Pairs()
    {
        var random = new SplitMix64(Seed);
        return [.. Enumerable.Range(0, Count).Select(_ => random.Next(5) switch
        {
            0 => Match(ref random),
            1 => Road(ref random),
            2 => Vote(ref random),
            3 => Weather(ref random),
            _ => Sales(ref random),
        })];
    }

    private static SentencePair Match(ref SplitMix64 random)
    {
        var (one, other) = Two(ref random, Teams);
        var (goals, otherGoals) = (random.Next(6), random.Next(6));
        string[] sentences =
        [
            $"The {one} met the {other} in {Any(ref random, Places)} on {Any(ref random, Days)}.",
            Any(ref random, ["It rained during the whole first half.", "The field was wet.", "Both teams began slowly."]),
            $"About {100 * (2 + random.Next(20))} people watched the game.",
            $"It ended with {Numbers[goals]} {Plural("goal", goals)} for the {one} and {Numbers[otherGoals]} for the {other}.",
        ];
        var summary = goals == otherGoals
            ? $"The {one} and the {other} drew {goals} to {goals}."
            : goals > otherGoals
                ? $"The {one} beat the {other} {goals} to {otherGoals}."
                : $"The {other} beat the {one} {otherGoals} to {goals}.";
        return new(Report(ref random, sentences, fixedParts: 1), summary);
    }

    private static SentencePair Road(ref SplitMix64 random)
    {
        var (from, to) = Two(ref random, Places);
        var (obstacle, end) = (Any(ref random, Obstacles), Any(ref random, Hours));
        var isOneLane = random.Next(2) == 0;
        string[] sentences =
        [
            $"A {obstacle} was found on the road from {from} to {to} early on {Any(ref random, Days)}.",
            Any(ref random, ["Nobody was hurt.", "A driver was slightly hurt.", "The police were there within minutes."]),
            isOneLane ? "Cars can use only one side of it." : "No car can get through.",
            Any(ref random, [$"Workers hope to have cleared it by {end}.", $"It will be free again by {end}, the police say."]),
        ];
        var state = isOneLane ? "slows cars between" : "closes the road between";
        return new(Report(ref random, sentences, fixedParts: 1), $"A {obstacle} {state} {from} and {to} until {end}.");
    }

    private static SentencePair Vote(ref SplitMix64 random)
    {
        var (place, plan, name) = (Any(ref random, Places), Any(ref random, Plans), Any(ref random, Names));
        var (yes, no) = (1 + random.Next(6), 7 + random.Next(6));
        if (random.Next(2) == 0)
            (yes, no) = (no, yes);
        string[] sentences =
        [
            $"The council of {place} talked about a new {plan} on {Any(ref random, Days)}.",
            $"The meeting took {Numbers[2 + random.Next(5)]} hours.",
            $"{name} {Any(ref random, ["said that it would cost too much", "said that the town needed it", "was ill and could not come"])}.",
            $"In the end {Numbers[yes]} {Plural("member", yes)} voted for it and {Numbers[no]} against it.",
        ];
        var summary = yes > no ? $"{place} will build a {plan}." : $"{place} decided against a {plan}.";
        return new(Report(ref random, sentences, fixedParts: 1), summary);
    }

    private static SentencePair Weather(ref SplitMix64 random)
    {
        var (place, now) = (Any(ref random, Places), 5 + random.Next(20));
        var later = Math.Max(1, now + (random.Next(2) == 0 ? -1 : 1) * (2 + random.Next(8)));
        var day = Any(ref random, Days);
        var (next, isWet) = (Days[(Array.IndexOf(Days, day) + 1) % Days.Length], random.Next(2) == 0);
        string[] sentences =
        [
            $"In {place} it was {now} degrees on {day}.",
            Any(ref random, ["The wind came from the west.", "Some boats stayed in the harbour.", "Farmers were at work in the fields."]),
            isWet ? $"Clouds from the sea will bring rain on {next}." : $"The sky will be clear on {next}.",
            $"Then {later} degrees are expected.",
        ];
        var temperature = later > now ? "Warmer" : "Colder";
        return new(Report(ref random, sentences, fixedParts: 4), $"{temperature} and {(isWet ? "wet" : "dry")} in {place} on {next}.");
    }

    private static SentencePair Sales(ref SplitMix64 random)
    {
        var (place, ware, name) = (Any(ref random, Places), Any(ref random, Wares), Any(ref random, Names));
        var before = 10 + random.Next(80);
        var now = Math.Max(1, before + (random.Next(2) == 0 ? -1 : 1) * (1 + random.Next(20)));
        string[] sentences =
        [
            $"A company in {place} that makes {ware} sold {now} thousand of them last year.",
            $"The year before it had sold {before} thousand.",
            $"{name}, who leads it, {Any(ref random, ["wants to open a shop", "was not surprised", "thanked everybody who works there"])}.",
            Any(ref random, ["Most of them went abroad.", "It was founded by two brothers.", "Its factory stands beside the river."]),
        ];
        var summary = $"{(now > before ? "More" : "Fewer")} {ware} from {place} were sold than the year before.";
        return new(Report(ref random, sentences, fixedParts: 2), summary);
    }

    // The first sentences keep their places.
    private static string Report(ref SplitMix64 random, string[] sentences, int fixedParts)
    {
        random.Shuffle(sentences.AsSpan(fixedParts));
        return string.Join(' ', sentences);
    }

    private static string Plural(string word, int count) => count == 1 ? word : $"{word}s";

    private static string Any(ref SplitMix64 random, string[] choices) => choices[random.Next(choices.Length)];

    private static (string One, string Other) Two(ref SplitMix64 random, string[] choices)
    {
        var one = random.Next(choices.Length);
        return (choices[one], choices[(one + 1 + random.Next(choices.Length - 1)) % choices.Length]);
    }
}
