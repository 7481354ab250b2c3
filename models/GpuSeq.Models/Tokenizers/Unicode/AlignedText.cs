using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace GpuSeq.Models;

/// <summary>A code point and the part of a text that it comes from.</summary>
/// <param name="Value">The code point; half a surrogate pair stands for itself.</param>
/// <param name="Start">Where the part begins, in UTF-16.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct AlignedRune(int Value, int Start, int End);

/// <summary>
/// A text under normalization: its code points, each with the part of the original text that it comes from, through every step.
/// </summary>
internal sealed class AlignedText
{
    /// <summary>Its code points.</summary>
    public List<AlignedRune> Runes { get; private set; } = [];

    /// <summary>Adds the code points of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where it stands in the original.</param>
    public void Append(ReadOnlySpan<char> text, int start)
    {
        for (var at = 0; at < text.Length;)
        {
            var value = CodePointAt(text, at, out var width);
            Runes.Add(new(value, start + at, start + at + width));
            at += width;
        }
    }

    /// <summary>The code point at a place; half a surrogate pair as it is.</summary>
    public static int CodePointAt(ReadOnlySpan<char> text, int at, out int width)
    {
        var isWhole = Rune.DecodeFromUtf16(text[at..], out var rune, out width) == OperationStatus.Done;
        width = isWhole ? width : 1;
        return isWhole ? rune.Value : text[at];
    }

    /// <summary>Puts others in the place of code points.</summary>
    /// <param name="change">Adds what takes the place of a code point to the new list.</param>
    public void Change(Action<AlignedRune, List<AlignedRune>> change)
    {
        var changed = new List<AlignedRune>(Runes.Count);
        foreach (var rune in Runes)
            change(rune, changed);
        Runes = changed;
    }

    /// <summary>Brings it into one of Unicode's normal forms.</summary>
    public void Normalize(NormalizationForm form) => UnicodeNormalization.Apply(Runes, form);

    /// <summary>Makes letters small, as they are without their neighbours; of one character, U+0130, two come.</summary>
    public void LowerCase() => Change(static (rune, changed) =>
    {
        changed.Add(rune with { Value = UnicodeCase.Lower(rune.Value) });
        if (rune.Value == UnicodeCase.DottedCapitalI)
            changed.Add(rune with { Value = UnicodeCase.DotAbove });
    });

    /// <summary>
    /// Leaves out what takes no place of its own (Unicode's category Mn); the part of the text that it came from goes to what stands
    /// before it.
    /// </summary>
    public void DropAccents()
    {
        var count = 0;
        foreach (var rune in CollectionsMarshal.AsSpan(Runes))
        {
            if (!UnicodeCase.IsAccent(rune.Value))
                Runes[count++] = rune;
            else if (count > 0)
                Runes[count - 1] = Runes[count - 1] with { End = Math.Max(Runes[count - 1].End, rune.End) };
        }
        Runes.RemoveRange(count, Runes.Count - count);
    }

    /// <summary>It as UTF-16, with what each character comes from.</summary>
    public (string Text, AlignedRune[] Sources) ToUnits()
    {
        var text = ToString();
        var sources = new AlignedRune[text.Length];
        var at = 0;
        foreach (var rune in Runes)
        {
            sources[at++] = rune;
            if (rune.Value > char.MaxValue)
                sources[at++] = rune;
        }
        return (text, sources);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(Runes.Count);
        foreach (var rune in Runes)
            AppendTo(text, rune.Value);
        return text.ToString();
    }

    /// <summary>Writes a code point as UTF-16.</summary>
    public static void AppendTo(StringBuilder text, int value)
    {
        if (value <= char.MaxValue)
            text.Append((char)value);
        else
            text.Append(new Rune(value).ToString());
    }
}
