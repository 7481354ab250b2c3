using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// Unicode's normal forms (UAX #15), from tables of our own: what the runtime has does nothing where the culture is invariant.
/// Half a surrogate pair stays as it is.
/// </summary>
internal static class UnicodeNormalization
{
    private const char FirstChanging = '\u00A0'; // in any form
    private const char FirstMark = '\u0300';

    private static readonly ConcurrentDictionary<NormalizationForm, bool[]> Stable = new();

    /// <summary>A text in a normal form; the same string where it is plainly in it.</summary>
    public static string Normalized(this string text, NormalizationForm form)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsStable(text, form))
            return text;
        var aligned = new AlignedText();
        aligned.Append(text, start: 0);
        aligned.Normalize(form);
        return aligned.ToString();
    }

    /// <summary>
    /// Whether characters stay as they are in a normal form, whatever stands beside them; a text of nothing else is in that form.
    /// Characters above U+FFFF, which are two here, do not count as such.
    /// </summary>
    public static bool IsStable(ReadOnlySpan<char> text, NormalizationForm form)
    {
        if (text.IndexOfAnyInRange(FirstChanging, char.MaxValue) is not (>= 0 and var first))
            return true;
        var stable = Stable.GetOrAdd(form, static form => [.. Enumerable.Range(0, char.MaxValue + 1).Select(code => IsStable(code, form))]);
        foreach (var character in text[first..])
        {
            if (!stable[character])
                return false;
        }
        return true;
    }

    /// <summary>Brings code points into a normal form, each with the part of the text that it comes from.</summary>
    public static void Apply(List<AlignedRune> runes, NormalizationForm form)
    {
        Decompose(runes, form is NormalizationForm.FormKC or NormalizationForm.FormKD);
        Order(CollectionsMarshal.AsSpan(runes));
        if (form is NormalizationForm.FormC or NormalizationForm.FormKC)
            Compose(runes);
    }

    private static bool IsStable(int code, NormalizationForm form)
    {
        var composes = form is NormalizationForm.FormC or NormalizationForm.FormKC;
        if (char.IsSurrogate((char)code) || UnicodeTables.CombiningClass(code) != 0)
            return false;
        if (composes && UnicodeTables.ComposesWithPrevious(code))
            return false;
        var alone = new List<AlignedRune> { new(code, 0, 1) };
        Apply(alone, form);
        return alone is [{ Value: var same }] && same == code;
    }

    private static void Decompose(List<AlignedRune> runes, bool compatible)
    {
        AlignedRune[] given = [.. runes];
        runes.Clear();
        foreach (var rune in given)
        {
            var parts = rune.Value < FirstChanging ? default : UnicodeTables.Decomposition(rune.Value, compatible);
            if (parts.IsEmpty)
                runes.Add(rune);
            foreach (var part in parts)
                runes.Add(rune with { Value = part });
        }
    }

    // Marks between two characters that combine with nothing stand in the order of their classes; of one class, as they stood.
    private static void Order(Span<AlignedRune> runes)
    {
        for (var begin = 0; begin < runes.Length; begin++)
        {
            var end = begin;
            var (sorted, last) = (true, 0);
            for (; end < runes.Length && ClassOf(runes[end]) is > 0 and var current; end++)
                (sorted, last) = (sorted && last <= current, current);
            if (!sorted)
                Sort(runes[begin..end]);
            begin = end;
        }
    }

    private static void Sort(Span<AlignedRune> marks)
    {
        var keys = new long[marks.Length];
        for (var at = 0; at < keys.Length; at++)
            keys[at] = (long)ClassOf(marks[at]) << 32 | (uint)at;
        keys.AsSpan().Sort(marks);
    }

    private static void Compose(List<AlignedRune> runes)
    {
        var (count, starter, last) = (0, -1, 0);
        for (var at = 0; at < runes.Count; at++)
        {
            var rune = runes[at];
            var current = ClassOf(rune);
            var isFree = starter == count - 1 || last < current; // nothing between the two keeps them apart
            if (starter >= 0 && isFree && UnicodeTables.Composition(runes[starter].Value, rune.Value) is { } composed)
            {
                var first = runes[starter];
                runes[starter] = new(composed, Math.Min(first.Start, rune.Start), Math.Max(first.End, rune.End));
                continue;
            }
            if (current == 0)
                starter = count;
            last = current;
            runes[count++] = rune;
        }
        runes.RemoveRange(count, runes.Count - count);
    }

    private static int ClassOf(AlignedRune rune) => rune.Value < FirstMark ? 0 : UnicodeTables.CombiningClass(rune.Value);
}
