using System.Buffers.Binary;
using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// SentencePiece's table of what becomes of which characters: a double-array tree (Aoe 1989; the layout is that of darts-clone) over
/// UTF-8, whose leaves say where in a list of texts the new one begins. At each place the longest entry holds.
/// </summary>
internal sealed class CharacterMapStep : ITextStep
{
    public const string Type = "Precompiled";

    private readonly string _coded;
    private readonly uint[] _units;
    private readonly byte[] _texts; // each ends with a 0

    /// <param name="coded">The table in base 64.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public CharacterMapStep(string coded)
    {
        _coded = coded;
        var bytes = Convert.FromBase64String(coded);
        var size = bytes.Length < sizeof(uint) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (size < 0 || size % sizeof(uint) != 0 || size > bytes.Length - sizeof(uint))
            throw new FormatException("The size of the tree does not suit that of the table.");
        _units = [.. Enumerable.Range(1, size / sizeof(uint))
            .Select(at => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at * sizeof(uint))))];
        _texts = bytes[(sizeof(uint) + size)..];
    }

    public object Json => new { Type, PrecompiledCharsmap = _coded };

    public void Apply(AlignedText text)
    {
        var runes = text.Runes.ToArray();
        text.Runes.Clear();
        for (var at = 0; at < runes.Length;)
        {
            if (Longest(runes.AsSpan(at), out var count) is not { } found)
            {
                text.Runes.Add(runes[at++]);
                continue;
            }
            var (start, end) = (runes[at].Start, runes[at + count - 1].End);
            foreach (var rune in found.EnumerateRunes())
                text.Runes.Add(new(rune.Value, start, end));
            at += count;
        }
    }

    private string? Longest(ReadOnlySpan<AlignedRune> runes, out int count)
    {
        var node = _units.Length > 0 ? Offset(_units[0]) : 0;
        string? found = null;
        count = 0;
        Span<byte> bytes = stackalloc byte[4];
        for (var at = 0; at < runes.Length && Rune.TryCreate(runes[at].Value, out var rune); at++)
        {
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                node ^= value;
                if (node >= (uint)_units.Length || Label(_units[node]) != value)
                    return found;
                var unit = _units[node];
                node ^= Offset(unit);
                if (HasLeaf(unit) && node < (uint)_units.Length)
                    (found, count) = (TextAt((int)(_units[node] & int.MaxValue)), at + 1);
            }
        }
        return found;
    }

    private string TextAt(int begin)
    {
        var rest = _texts.AsSpan(Math.Min(begin, _texts.Length));
        return Encoding.UTF8.GetString(rest.IndexOf((byte)0) is >= 0 and var end ? rest[..end] : rest);
    }

    private static bool HasLeaf(uint unit) => (unit >> 8 & 1) != 0;

    private static uint Label(uint unit) => unit & (1u << 31 | 0xFF);

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1u << 9) >> 6);
}
