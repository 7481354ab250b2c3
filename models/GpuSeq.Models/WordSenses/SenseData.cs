namespace GpuSeq.Models;

/// <summary>Sentences with words of several senses.</summary>
/// <param name="Source">Where they come from, for messages.</param>
/// <param name="Learned">What models without any training learn from.</param>
/// <param name="Compared">Whose words are compared.</param>
public sealed record SenseData(string Source, IReadOnlyList<SenseSentence> Learned, IReadOnlyList<SenseSentence> Compared)
{
    private const int LeastOccurrences = 2; // of a sense: one alone has no other to lie near

    /// <summary>The words in the order in which they come.</summary>
    public IEnumerable<string> Words => Compared.Select(sentence => sentence.Word).Distinct();

    /// <summary>Reads a table with tabs between the columns <c>word</c>, <c>sense</c> and <c>sentence</c>.</summary>
    /// <param name="path">The file; null for the built-in sentences.</param>
    /// <exception cref="DataException">A line has a fault, or a word has too few senses or sentences.</exception>
    public static SenseData Read(string? path)
    {
        if (path is null)
            return BuiltInSenses.Create();
        var table = new TabTable(TextFile.Read(path), path);
        var (word, sense, text) = (table.Find("words", "word"), table.Find("senses", "sense"), table.Find("sentences", "sentence", "text"));
        var sentences = new List<SenseSentence>();
        foreach (var row in table.Rows)
        {
            var sentence = new SenseSentence(table.Filled(row, word), table.Filled(row, sense), table.Filled(row, text));
            if (sentence.Start is null)
                throw new DataException(path, $"line {row.Line}: the word '{sentence.Word}' does not stand in the sentence");
            sentences.Add(sentence);
        }
        foreach (var own in sentences.GroupBy(sentence => sentence.Word))
        {
            var senses = own.CountBy(sentence => sentence.Sense).ToArray();
            if (senses.Length < 2)
                throw new DataException(path, $"the word '{own.Key}' has only the sense '{senses[0].Key}'");
            if (senses.FirstOrDefault(entry => entry.Value < LeastOccurrences) is { Key: { } rare })
                throw new DataException(path, $"the word '{own.Key}' has only one sentence of the sense '{rare}'");
        }
        return new(path, sentences, sentences);
    }
}
