using System.Buffers.Binary;
using System.Text;

namespace GpuSeq.Models.Tests;

/// <summary>Makes tables of characters as SentencePiece has them, small ones: each node of the tree gets a block of 256 units.</summary>
internal static class CharacterMaps
{
    private const int Block = 256;

    /// <summary>A table in base 64.</summary>
    public static string Of(params (string From, string To)[] entries)
    {
        var nodes = new List<byte[]> { Array.Empty<byte>() };
        foreach (var (from, _) in entries)
        {
            var bytes = Encoding.ASCII.GetBytes(from);
            for (var length = 1; length <= bytes.Length; length++)
            {
                if (!nodes.Any(node => node.AsSpan().SequenceEqual(bytes.AsSpan(0, length))))
                    nodes.Add(bytes[..length]);
            }
        }
        // Node n has its children in the block n + 1, each at the place of its label, and its own value at place 0.
        var units = new uint[(nodes.Count + 1) * Block];
        units[0] = Offset(0, Block);
        var texts = new List<byte>();
        foreach (var (number, node) in nodes.Index().Skip(1))
        {
            var parent = nodes.FindIndex(other => other.AsSpan().SequenceEqual(node.AsSpan(0, node.Length - 1)));
            var place = (parent + 1) * Block + node[^1];
            units[place] = Offset(place, (number + 1) * Block) | node[^1];
            if (entries.FirstOrDefault(entry => entry.From == Encoding.ASCII.GetString(node)) is { To: { } text })
            {
                units[place] |= 1 << 8;
                units[(number + 1) * Block] = 1u << 31 | (uint)texts.Count;
                texts.AddRange([.. Encoding.UTF8.GetBytes(text), 0]);
            }
        }
        var table = new byte[4 + 4 * units.Length];
        BinaryPrimitives.WriteInt32LittleEndian(table, 4 * units.Length);
        foreach (var (at, unit) in units.Index())
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 + 4 * at), unit);
        return Convert.ToBase64String([.. table, .. texts]);
    }

    private static uint Offset(int from, int to) => (uint)(from ^ to) << 10;
}
