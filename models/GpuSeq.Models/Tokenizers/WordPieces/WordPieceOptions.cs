namespace GpuSeq.Models;

/// <summary>How BERT's tokenizer prepares text, with the names of Hugging Face's, and how its pieces are learned.</summary>
public sealed record WordPieceOptions
{
    /// <summary>Whether letters become small (<c>do_lower_case</c>).</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Whether accents are left out (<c>strip_accents</c>); null for as <see cref="LowerCase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Whether Chinese characters are words of their own (<c>tokenize_chinese_chars</c>).</summary>
    public bool SplitsIdeographs { get; init; } = true;

    /// <summary>The most code points of a word; a longer one becomes the unknown token (<c>max_input_chars_per_word</c>).</summary>
    public int LongestWord { get; init; } = 100;

    /// <summary>What marks pieces that go on within a word (<c>continuing_subword_prefix</c>).</summary>
    public string Continuation { get; init; } = "##";

    /// <summary>The most characters that are learned, the most frequent; words that hold others are not learned from.</summary>
    public int MostCharacters { get; init; } = 1000;

    /// <summary>Whether accents are left out, all told.</summary>
    internal bool DropsAccents => StripAccents ?? LowerCase;
}
