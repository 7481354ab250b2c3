namespace GpuSeq.Models;

/// <summary>
/// A visible character for each byte, so that tokens of bytes can be written into text files. Bytes that Latin-1 shows stand for
/// themselves; the others get the characters from U+0100 on, in their order (Radford et al. 2019, GPT-2).
/// </summary>
internal static class ByteAlphabet
{
    private const int FirstStandIn = 0x100;

    private static readonly char[] Characters = Create();

    private static readonly Dictionary<char, byte> Bytes = Characters.Index().ToDictionary(entry => entry.Item, entry => (byte)entry.Index);

    /// <summary>The bytes in the order of their ids in GPT-2's vocabulary: those that stand for themselves first.</summary>
    public static IReadOnlyList<byte> Order { get; } = [.. Enumerable.Range(0, 256).Select(value => (byte)value).OrderBy(CharacterOf)];

    /// <summary>The character of a byte.</summary>
    public static char CharacterOf(byte value) => Characters[value];

    /// <summary>The bytes that a token spells, or null where it has characters that stand for none.</summary>
    public static byte[]? BytesOf(string token)
    {
        var bytes = new byte[token.Length];
        foreach (var (index, character) in token.Index())
        {
            if (!Bytes.TryGetValue(character, out bytes[index]))
                return null;
        }
        return bytes;
    }

    private static char[] Create()
    {
        var next = FirstStandIn;
        return [.. Enumerable.Range(0, 256).Select(value => IsVisible(value) ? (char)value : (char)next++)];
    }

    // Of Latin-1, without blanks, control characters and the soft hyphen.
    private static bool IsVisible(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
}
