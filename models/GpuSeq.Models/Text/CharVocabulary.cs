using System.Text;
using System.Text.Json;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>The characters of a text, numbered in the order of their code points.</summary>
public sealed class CharVocabulary
{
    private readonly Rune[] _characters;
    private readonly Dictionary<Rune, int> _ids;

    private CharVocabulary(IEnumerable<Rune> characters)
    {
        _characters = [.. characters];
        _ids = _characters.Select((rune, id) => (rune, id)).ToDictionary(pair => pair.rune, pair => pair.id);
    }

    /// <summary>The number of characters.</summary>
    public int Count => _characters.Length;

    /// <summary>The characters of a text.</summary>
    public static CharVocabulary Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(text.EnumerateRunes().Distinct().Order());
    }

    /// <summary>Reads the file that <see cref="Save"/> writes.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static CharVocabulary Load(string path)
    {
        try
        {
            var ids = JsonSerializer.Deserialize<Dictionary<string, int>>(TextFile.Read(path)) ?? [];
            var runes = ids.OrderBy(pair => pair.Value).Select(pair => pair.Key.EnumerateRunes().Single()).ToArray();
            if (runes.Length == 0 || !ids.Values.Order().SequenceEqual(Enumerable.Range(0, runes.Length)))
                throw new DataException(path, "the ids are not 0, 1, 2 and so on");
            return new(runes);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new DataException(path, "it is not a vocabulary of characters");
        }
    }

    /// <summary>Writes the characters with their ids as JSON.</summary>
    public void Save(string path)
    {
        var ids = _ids.OrderBy(pair => pair.Value).ToDictionary(pair => pair.Key.ToString(), pair => pair.Value);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(ids, JsonStyle.Options));
    }

    /// <summary>The ids of a text.</summary>
    /// <exception cref="DataException">A character is not in the vocabulary; names it and its place.</exception>
    public int[] Encode(string text, string source = "text")
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!_ids.TryGetValue(rune, out var id))
                throw new DataException(source, $"character {ids.Count + 1}, '{rune}' (U+{rune.Value:X4}), is not among the {Count} that the model knows");
            ids.Add(id);
        }
        return [.. ids];
    }

    /// <summary>The id of a character, or null where it is unknown.</summary>
    public int? Find(string character) => _ids.TryGetValue(character.EnumerateRunes().Single(), out var id) ? id : null;

    /// <summary>The character of an id.</summary>
    public string Decode(int id) => _characters[id].ToString();
}
