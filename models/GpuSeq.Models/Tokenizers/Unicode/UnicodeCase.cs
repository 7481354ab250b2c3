using System.Globalization;
using System.Text;

namespace GpuSeq.Models;

/// <summary>What tokenizers ask of single code points.</summary>
internal static class UnicodeCase
{
    /// <summary>The one capital letter that two code points are the small form of, whatever its neighbours: i and a dot above.</summary>
    public const int DottedCapitalI = 0x130;

    /// <summary>The second of them.</summary>
    public const int DotAbove = 0x307;

    /// <summary>The small form of a letter, its first code point; anything else stays.</summary>
    public static int Lower(int code) => code switch
    {
        <= 'Z' and >= 'A' => code | 0x20,
        DottedCapitalI => 'i',
        _ => Rune.TryCreate(code, out var rune) ? Rune.ToLowerInvariant(rune).Value : code,
    };

    /// <summary>Whether it takes no place of its own: Unicode's category Mn.</summary>
    public static bool IsAccent(int code) => code > 0x7F && CharUnicodeInfo.GetUnicodeCategory(code) == UnicodeCategory.NonSpacingMark;
}
