namespace GpuSeq.Models;

/// <summary>
/// Sentences about invented people, places and organisations, made for this project from patterns, that the recipe learns from when
/// it is given none. Names are made of syllables, so that most of those to measure on were never seen.
/// </summary>
public static class BuiltInTaggedSentences
{
    private const int TrainSentences = 500;
    private const int ValidationSentences = 100;

    private static readonly string[] Patterns =
    [
        "PER lives in LOC .",
        "PER and PER met near LOC .",
        "Last spring PER left ORG and moved to LOC .",
        "ORG opened an office in LOC .",
        "The river runs from LOC to LOC .",
        "Did PER really write to ORG ?",
        "A letter from PER arrived in LOC yesterday .",
        "ORG , founded by PER , sells lamps .",
        "It rained in LOC for 12 days .",
        "Nobody at ORG had heard of PER .",
        "The train to LOC was late again .",
        "\" We will stay , \" said PER of ORG .",
        "PER has worked for ORG since 1987 .",
        "The rose garden is open every day .",
        "They said that the mill would close .",
        "In LOC , PER bought a small boat .",
        "ORG and ORG are building a bridge near LOC .",
        "The lamp was made by PER .",
    ];

    private static readonly string[] Syllables =
        ["ba", "dor", "el", "fin", "ga", "hol", "ka", "lim", "mar", "nu", "or", "per", "ras", "sel", "ti", "ul", "ven", "wi"];

    private static readonly string[] FirstNames = ["Anna", "Bela", "Carl", "Dora", "Emil", "Frida", "Georg", "Hanna", "Ivan", "Jana", "Rose"];
    private static readonly string[] PlaceEndings = ["burg", "ford", "mouth", "stad", "wick"];
    private static readonly string[] OrganisationEndings = ["Works", "Mill", "Press", "Trust", "Brothers"];

    /// <summary>The sentences, always the same ones.</summary>
    public static TaggedCorpus Corpus { get; } = Make();

    private static TaggedCorpus Make()
    {
        var random = new SplitMix64(2017);
        var sentences = new TaggedSentence[TrainSentences + ValidationSentences];
        for (var i = 0; i < sentences.Length; i++)
            sentences[i] = Sentence(ref random);
        return new(sentences[..TrainSentences], sentences[TrainSentences..]);
    }

    private static TaggedSentence Sentence(ref SplitMix64 random)
    {
        var (tokens, spans) = (new List<string>(), new List<TagSpan>());
        foreach (var word in Choose(Patterns, ref random).Split(' '))
        {
            if (word is not ("PER" or "LOC" or "ORG"))
            {
                tokens.Add(word);
                continue;
            }
            var name = Name(word, ref random);
            spans.Add(new(tokens.Count, tokens.Count + name.Length, word));
            tokens.AddRange(name);
        }
        return new(tokens, TagSpan.ToTags(spans, tokens.Count));
    }

    private static string[] Name(string type, ref SplitMix64 random)
    {
        var root = $"{Choose(Syllables, ref random)}{Choose(Syllables, ref random)}";
        root = char.ToUpperInvariant(root[0]) + root[1..];
        return type switch
        {
            "LOC" => random.Next(4) == 0 ? ["Port", root] : [root + Choose(PlaceEndings, ref random)],
            "ORG" => [root, Choose(OrganisationEndings, ref random)],
            _ => random.Next(3) == 0 ? [root] : [Choose(FirstNames, ref random), root],
        };
    }

    private static string Choose(string[] from, ref SplitMix64 random) => from[random.Next(from.Length)];
}
