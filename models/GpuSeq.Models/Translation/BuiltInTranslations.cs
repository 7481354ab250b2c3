namespace GpuSeq.Models;

/// <summary>
/// English sentences of a small grammar with their French translations. Words change places (<c>red ball</c>, <c>balle rouge</c>),
/// agree with their noun (<c>petit chat</c>, <c>petite souris</c>), melt together (<c>l'arbre</c>) and stand around others
/// (<c>ne voit pas</c>).
/// </summary>
public static class BuiltInTranslations
{
    private const int Count = 4000;
    private const ulong Seed = 20;

    private sealed record Noun(string English, string French, bool IsFeminine)
    {
        public bool BeginsWithVowel => "aeiouhéô".Contains(French[0], StringComparison.Ordinal);
    }

    private sealed record Adjective(string English, string Masculine, string Feminine);

    private sealed record Verb(string Positive, string Plain, string French);

    private static readonly Noun[] Nouns =
    [
        new("cat", "chat", false), new("dog", "chien", false), new("horse", "cheval", false), new("bird", "oiseau", false),
        new("tree", "arbre", false), new("boat", "bateau", false), new("house", "maison", true), new("mouse", "souris", true),
        new("ball", "balle", true), new("car", "voiture", true), new("apple", "pomme", true), new("school", "école", true),
        new("king", "roi", false), new("queen", "reine", true), new("garden", "jardin", false), new("flower", "fleur", true),
    ];

    private static readonly Adjective[] Before =
        [new("small", "petit", "petite"), new("big", "grand", "grande"), new("pretty", "joli", "jolie"), new("bad", "mauvais", "mauvaise")];

    private static readonly Adjective[] Behind =
    [
        new("red", "rouge", "rouge"), new("black", "noir", "noire"), new("green", "vert", "verte"), new("white", "blanc", "blanche"),
        new("blue", "bleu", "bleue"),
    ];

    private static readonly Verb[] Verbs =
    [
        new("sees", "see", "voit"), new("looks for", "look for", "cherche"), new("draws", "draw", "dessine"), new("finds", "find", "trouve"),
        new("knows", "know", "connaît"), new("waits for", "wait for", "attend"), new("sells", "sell", "vend"), new("wants", "want", "veut"),
    ];

    /// <summary>The sentences: the same ones each time.</summary>
    /// <param name="reverse">Whether French is the source.</param>
    public static IReadOnlyList<SentencePair> Pairs(bool reverse)
    {
        var random = new SplitMix64(Seed);
        var pairs = new SentencePair[Count];
        for (var i = 0; i < Count; i++)
        {
            var (english, french) = Sentence(ref random);
            pairs[i] = reverse ? new(french, english) : new(english, french);
        }
        return pairs;
    }

    private static (string English, string French) Sentence(ref SplitMix64 random)
    {
        var verb = Verbs[random.Next(Verbs.Length)];
        var isNegative = random.Next(4) == 0;
        var (subject, sujet) = NounPhrase(ref random);
        var (thing, objet) = NounPhrase(ref random);
        var ne = "aeiou".Contains(verb.French[0], StringComparison.Ordinal) ? "n'" : "ne ";
        var english = $"{subject} {(isNegative ? $"does not {verb.Plain}" : verb.Positive)} {thing}";
        var french = $"{sujet} {(isNegative ? $"{ne}{verb.French} pas" : verb.French)} {objet}";
        return random.Next(5) == 0 && !isNegative
            ? ($"Does {subject} {verb.Plain} {thing}?", $"Est-ce qu{("aeiou".Contains(french[0], StringComparison.Ordinal) ? "'" : "e ")}{french} ?")
            : ($"{Capital(english)}.", $"{Capital(french)}.");
    }

    private static (string English, string French) NounPhrase(ref SplitMix64 random)
    {
        var noun = Nouns[random.Next(Nouns.Length)];
        var size = random.Next(3) == 0 ? Before[random.Next(Before.Length)] : null;
        var color = random.Next(3) == 0 ? Behind[random.Next(Behind.Length)] : null;
        var (article, determiner) = random.Next(3) switch
        {
            0 => ("a", noun.IsFeminine ? "une " : "un "),
            1 => ("this", noun.IsFeminine ? "cette " : noun.BeginsWithVowel && size is null ? "cet " : "ce "),
            _ => ("the", noun.BeginsWithVowel && size is null ? "l'" : noun.IsFeminine ? "la " : "le "),
        };
        string[] english = [article, .. Words(size?.English), .. Words(color?.English), noun.English];
        string[] french = [.. Words(Form(size, noun)), noun.French, .. Words(Form(color, noun))];
        if (article == "a" && "aeiou".Contains(english[1][0], StringComparison.Ordinal))
            english[0] = "an";
        return (string.Join(' ', english), determiner + string.Join(' ', french));
    }

    private static string? Form(Adjective? adjective, Noun noun) => noun.IsFeminine ? adjective?.Feminine : adjective?.Masculine;

    private static string[] Words(string? word) => word is null ? [] : [word];

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
