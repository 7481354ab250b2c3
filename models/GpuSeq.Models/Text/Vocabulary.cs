namespace GpuSeq.Models;

/// <summary>
/// Words and their numbers: the special ones first, the others by how often they occur and, where that is equal, in the order of
/// their code points.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>What fills sequences up to the length of others; always number 0.</summary>
    public const string Padding = "<pad>";

    /// <summary>What stands for words that are not known; always number 1.</summary>
    public const string Unknown = "<unk>";

    /// <summary>The number of <see cref="Padding"/>.</summary>
    public const int PaddingId = 0;

    /// <summary>The number of <see cref="Unknown"/>.</summary>
    public const int UnknownId = 1;

    private readonly string[] _words;
    private readonly Dictionary<string, int> _ids;

    private Vocabulary(IEnumerable<string> words)
    {
        _words = [.. words];
        _ids = _words.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
    }

    /// <summary>The number of words, special ones included.</summary>
    public int Count => _words.Length;

    /// <summary>The words in the order of their numbers.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>The word of a number.</summary>
    public string this[int id] => _words[id];

    /// <summary>The words of a text.</summary>
    /// <param name="words">The text, word by word.</param>
    /// <param name="minCount">Words that occur less often are not known.</param>
    /// <param name="maxSize">The most words, special ones included.</param>
    /// <param name="special">Special words beside <see cref="Padding"/> and <see cref="Unknown"/>, such as those that begin and end sentences.</param>
    public static Vocabulary Of(IEnumerable<string> words, int minCount = 1, int maxSize = int.MaxValue, params string[] special)
    {
        ArgumentNullException.ThrowIfNull(words);
        string[] first = [Padding, Unknown, .. special];
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in words)
            counts[word] = counts.GetValueOrDefault(word) + 1;
        var known = counts.Where(entry => entry.Value >= minCount && !first.Contains(entry.Key))
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Key);
        return new(first.Concat(known).Take(Math.Max(maxSize, first.Length)));
    }

    /// <summary>Reads the file that <see cref="Save"/> writes.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static Vocabulary Load(string path)
    {
        var ids = JsonFile.Load<Dictionary<string, int>>(path, "a vocabulary: words with their numbers");
        var words = ids.OrderBy(entry => entry.Value).ToArray();
        if (words.Index().Any(entry => entry.Item.Value != entry.Index))
            throw new DataException(path, "the numbers of the words are not 0, 1, 2 and so on");
        if (words.Length < 2 || words[PaddingId].Key != Padding || words[UnknownId].Key != Unknown)
            throw new DataException(path, $"the first words are not {Padding} and {Unknown}");
        return new(words.Select(entry => entry.Key));
    }

    /// <summary>Writes the words with their numbers as JSON.</summary>
    public void Save(string path) => JsonFile.Save(path, _words.Index().ToDictionary(entry => entry.Item, entry => entry.Index));

    /// <summary>The number of a word, <see cref="UnknownId"/> where it is not known.</summary>
    public int IdOf(string word) => _ids.GetValueOrDefault(word, UnknownId);

    /// <summary>The number of a word, or null where it is not known.</summary>
    public int? Find(string word) => _ids.TryGetValue(word, out var id) ? id : null;

    /// <summary>The numbers of words.</summary>
    public int[] Encode(IEnumerable<string> words) => [.. words.Select(IdOf)];
}
