namespace GpuSeq.Models;

/// <summary>
/// Sentences made for the recipes, whose names are all those of people and of places too: only the words around a name tell
/// which it is. Each sentence is also of one of three kinds.
/// </summary>
public static class NamesInContext
{
    private const int Count = 400;
    private const string Person = "PER";
    private const string Place = "LOC";

    private static readonly string[] Names =
        ["Austin", "Charlotte", "Chester", "Chelsea", "Florence", "Georgia", "Jordan", "Lincoln", "Madison", "Preston", "Sydney", "Victoria"];

    private static readonly (string Kind, string Form)[] Forms =
    [
        ("journey", "LOC is far away , but PER walks there every summer ."),
        ("journey", "the train to LOC leaves at noon , and PER is late ."),
        ("journey", "PER sailed from LOC to LOC in a small boat ."),
        ("journey", "a ship came from LOC with oil and bread ."),
        ("journey", "they drove through LOC and stayed with PER ."),
        ("talk", "PER told PER a story about the sea ."),
        ("talk", "is it true , asked PER , that PER sings ?"),
        ("talk", "PER wrote a long letter to the mayor of LOC ."),
        ("talk", "yesterday PER spoke about the harbour of LOC ."),
        ("talk", "nobody in LOC believed what PER said ."),
        ("weather", "in LOC it rains all winter ."),
        ("weather", "the streets of LOC are white with snow ."),
        ("weather", "PER has no coat , and the wind is cold ."),
        ("weather", "there is fog between LOC and LOC today ."),
        ("weather", "the storm woke PER before dawn ."),
    ];

    /// <summary>The sentences, with a tag for each word or with their kinds.</summary>
    public static IReadOnlyList<LabelledWords> Read(LabelUnit unit)
    {
        var random = new SplitMix64(1);
        var sentences = new LabelledWords[Count];
        for (var i = 0; i < Count; i++)
        {
            var (kind, form) = Forms[random.Next(Forms.Length)];
            var words = form.Split(' ');
            var tags = words.Select(word => word is Person or Place ? $"B-{word}" : TagSpan.Outside).ToArray();
            for (var word = 0; word < words.Length; word++)
                words[word] = tags[word] == TagSpan.Outside ? words[word] : Names[random.Next(Names.Length)];
            sentences[i] = new(words, unit == LabelUnit.Word ? tags : [kind]);
        }
        return sentences;
    }

    /// <summary>The sentences as a text, with an empty line after each.</summary>
    public static string Text => string.Concat(Read(LabelUnit.Sentence).Select(sentence => $"{string.Join(' ', sentence.Words)}\n\n"));
}
