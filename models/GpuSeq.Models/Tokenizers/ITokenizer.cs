namespace GpuSeq.Models;

/// <summary>Turns text into the ids that models read, and back. Several threads may use one at a time.</summary>
public interface ITokenizer
{
    /// <summary>V, the number of tokens; ids are 0 to V - 1.</summary>
    int Count { get; }

    /// <summary>The ids of a text. Adds no special tokens; the spelling of one that stands in the text is taken as text.</summary>
    /// <exception cref="DataException">The tokenizer cannot spell the text; only one of characters can come to that.</exception>
    int[] Encode(string text);

    /// <summary>The text of ids. Bytes that are not UTF-8 become U+FFFD, one for each part that could have begun a character.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below <see cref="Count"/>.</exception>
    string Decode(IEnumerable<int> ids);

    /// <summary>
    /// The id of a token as <see cref="TokenOf"/> spells it, such as <c>&lt;|endoftext|&gt;</c>; null where there is none.
    /// </summary>
    int? Find(string token);

    /// <summary>A token as the files spell it, for people to look at.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not below <see cref="Count"/>.</exception>
    string TokenOf(int id);

    /// <summary>What a token adds to a text, as UTF-8; it may begin or end within a character.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not below <see cref="Count"/>.</exception>
    ReadOnlySpan<byte> BytesOf(int id);

    /// <summary>Writes the files that <see cref="Tokenizers.Load"/> reads into a model's folder, which must be there.</summary>
    /// <exception cref="Engine.Checkpoints.CheckpointException">A file cannot be written.</exception>
    void Save(string folder);
}
