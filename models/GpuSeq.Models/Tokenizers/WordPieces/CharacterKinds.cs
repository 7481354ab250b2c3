using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace GpuSeq.Models;

/// <summary>What BERT's basic tokenizer does with a character.</summary>
[Flags]
internal enum CharacterKind : byte
{
    /// <summary>It is part of a word as it is.</summary>
    Plain = 0,

    /// <summary>It separates words.</summary>
    Blank = 1,

    /// <summary>It is a word of its own.</summary>
    Alone = 2,

    /// <summary>It becomes a small letter of ASCII.</summary>
    Capital = 4,

    /// <summary>It changes, combines or vanishes: what stands between the blanks around it is normalized first.</summary>
    Complex = 8,
}

/// <summary>The kinds of characters under some options; those that text is mostly made of need no normalization.</summary>
internal sealed class CharacterKinds
{
    private static readonly ConcurrentDictionary<(bool, bool, bool), CharacterKinds> Known = new();

    private readonly CharacterKind[] _kinds = new CharacterKind[char.MaxValue + 1];
    private readonly bool _lowerCase;
    private readonly bool _dropsAccents;
    private readonly bool _splitsIdeographs;

    private CharacterKinds((bool LowerCase, bool DropsAccents, bool SplitsIdeographs) options)
    {
        (_lowerCase, _dropsAccents, _splitsIdeographs) = options;
        for (var character = 0; character < _kinds.Length; character++)
            _kinds[character] = Classify((char)character);
    }

    /// <summary>The kinds under some options.</summary>
    public static CharacterKinds Of(WordPieceOptions options) =>
        Known.GetOrAdd((options.LowerCase, options.DropsAccents, options.SplitsIdeographs), key => new(key));

    /// <summary>The kind of each character, by its number.</summary>
    public ReadOnlySpan<CharacterKind> All => _kinds;

    /// <summary>Whether it separates words: blanks, tabs, line ends, and what Unicode counts among spaces and separators.</summary>
    public static bool IsBlank(int code) => code is ' ' or '\t' or '\n' or '\r' || CharUnicodeInfo.GetUnicodeCategory(code) is
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Whether it is left out: control and format characters, private and unassigned ones, and what stands for errors.</summary>
    public static bool IsDropped(int code) => code is 0 or 0xFFFD || (!IsBlank(code) && CharUnicodeInfo.GetUnicodeCategory(code) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);

    /// <summary>Whether it is a word of its own: what is neither letter nor digit of ASCII's visible characters, and punctuation.</summary>
    public static bool IsPunctuation(int code) =>
        code is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
        || CharUnicodeInfo.GetUnicodeCategory(code) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    /// <summary>Whether it is of Unicode's blocks of Chinese characters, without Hangul and kana, as BERT lists them.</summary>
    public static bool IsIdeograph(int code) =>
        code is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
            or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private CharacterKind Classify(char character)
    {
        if (IsBlank(character))
            return CharacterKind.Blank;
        if (_lowerCase && character is >= 'A' and <= 'Z')
            return CharacterKind.Capital;
        if (IsDropped(character) || Changes(character))
            return CharacterKind.Complex;
        return IsPunctuation(character) || (_splitsIdeographs && IsIdeograph(character)) ? CharacterKind.Alone : CharacterKind.Plain;
    }

    // Whether lower case or the normal form may make something else of it, beside any neighbours.
    private bool Changes(char character) => (_lowerCase && UnicodeCase.Lower(character) != character)
        || !UnicodeNormalization.IsStable([character], _dropsAccents ? NormalizationForm.FormD : NormalizationForm.FormC)
        || (_dropsAccents && UnicodeCase.IsAccent(character));
}
