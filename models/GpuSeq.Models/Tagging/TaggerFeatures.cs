using System.Text;

namespace GpuSeq.Models;

/// <summary>What a tagger sees of a word: its number, that of its shape, and those of its characters.</summary>
internal sealed class TaggerFeatures
{
    private const string WordsFile = "vocab.json";
    private const string CharactersFile = "characters.json";
    private const string ShapesFile = "shapes.json";

    private TaggerFeatures(Vocabulary words, Vocabulary characters, Vocabulary shapes) =>
        (Words, Characters, Shapes) = (words, characters, shapes);

    /// <summary>Words in small letters, with 0 for each digit.</summary>
    public Vocabulary Words { get; }

    public Vocabulary Characters { get; }

    public Vocabulary Shapes { get; }

    /// <summary>The features of all words that occur.</summary>
    /// <param name="sentences">The sentences to learn from.</param>
    /// <param name="minCount">Words that occur less often are not known.</param>
    public static TaggerFeatures Of(IReadOnlyList<TaggedSentence> sentences, int minCount)
    {
        var tokens = sentences.SelectMany(sentence => sentence.Tokens).ToArray();
        return new(
            Vocabulary.Of(tokens.Select(Normal), minCount), Vocabulary.Of(tokens.SelectMany(CharactersOf)),
            Vocabulary.Of(tokens.Select(ShapeOf), minCount: 2));
    }

    public static TaggerFeatures Load(RunFolder run, TaggerConfig config)
    {
        var features = new TaggerFeatures(
            Vocabulary.Load(run.File(WordsFile)), Vocabulary.Load(run.File(CharactersFile)), Vocabulary.Load(run.File(ShapesFile)));
        var sizes = (features.Words.Count, features.Characters.Count, features.Shapes.Count);
        if (sizes != (config.VocabSize, config.CharacterVocabSize, config.ShapeVocabSize))
        {
            throw new DataException(run.Config,
                $"the model is made for other numbers of words, characters and shapes than {WordsFile}, {CharactersFile} and {ShapesFile} have");
        }
        return features;
    }

    public void Save(string folder)
    {
        Words.Save(Path.Combine(folder, WordsFile));
        Characters.Save(Path.Combine(folder, CharactersFile));
        Shapes.Save(Path.Combine(folder, ShapesFile));
    }

    /// <summary>A word as it stands in the vocabulary.</summary>
    public static string Normal(string token) =>
        string.Concat(token.ToLowerInvariant().Select(character => char.IsDigit(character) ? '0' : character));

    /// <summary>
    /// The shape of a word: X, x and 0 for large letters, small ones and digits, other characters as they are, runs of the same
    /// written once: <c>Xx</c>, <c>X</c>, <c>x-x</c>, <c>@x</c>.
    /// </summary>
    public static string ShapeOf(string token)
    {
        var shape = new StringBuilder();
        foreach (var rune in token.EnumerateRunes())
        {
            var kind = Rune.IsUpper(rune) ? "X" : Rune.IsLetter(rune) ? "x" : Rune.IsDigit(rune) ? "0" : rune.ToString();
            if (shape.Length < kind.Length || shape.ToString(shape.Length - kind.Length, kind.Length) != kind)
                shape.Append(kind);
        }
        return shape.ToString();
    }

    /// <summary>The numbers of a word's characters; of long words the first and the last half of those that are seen.</summary>
    public int[] CharacterIds(string token, int most)
    {
        var ids = Characters.Encode(CharactersOf(token));
        return ids.Length <= most ? ids : [.. ids[..(most / 2)], .. ids[^(most - most / 2)..]];
    }

    private static IEnumerable<string> CharactersOf(string token) => token.EnumerateRunes().Select(rune => rune.ToString());
}
