namespace GpuSeq.Models;

/// <summary>Which words get a visible blank before them where none stands there.</summary>
internal enum PrependScheme
{
    /// <summary>All.</summary>
    Always,

    /// <summary>The one that begins the text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}

/// <summary>
/// Makes blanks visible (Kudo and Richardson 2018): words begin with U+2581, so that what pieces spell, put together, tells where the
/// blanks were.
/// </summary>
/// <param name="SplitsAtBlanks">Whether runs of blanks only separate words; else each blank becomes visible.</param>
/// <param name="Prepend">Which words get one where none stands before them.</param>
/// <param name="Splits">Whether visible blanks begin new words.</param>
internal sealed record Metaspace(bool SplitsAtBlanks, PrependScheme Prepend, bool Splits = true)
{
    /// <summary>The visible blank.</summary>
    public const char Blank = '\u2581';

    /// <summary>Cuts a normalized text into words.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isFirst">Whether it begins the text as given.</param>
    public IEnumerable<AlignedText> Words(AlignedText text, bool isFirst)
    {
        var word = new AlignedText();
        foreach (var rune in text.Runes)
        {
            var isBlank = rune.Value == ' ' || (SplitsAtBlanks && rune.Value <= char.MaxValue && char.IsWhiteSpace((char)rune.Value));
            if (word.Runes.Count > 0 && (isBlank ? SplitsAtBlanks || Splits : Splits && rune.Value == Blank))
            {
                yield return word;
                word = new();
                isFirst = false;
            }
            if (isBlank && SplitsAtBlanks)
                continue;
            if (word.Runes.Count == 0 && !isBlank && rune.Value != Blank && Prepends(isFirst))
                word.Runes.Add(new(Blank, rune.Start, rune.Start));
            // A blank that became visible stands before the word, not in it.
            word.Runes.Add(isBlank ? new(Blank, rune.End, rune.End) : rune);
        }
        if (word.Runes.Count > 0)
            yield return word;
    }

    private bool Prepends(bool isFirst) => Prepend == PrependScheme.Always
        ? SplitsAtBlanks || isFirst
        : Prepend == PrependScheme.First && isFirst;
}
