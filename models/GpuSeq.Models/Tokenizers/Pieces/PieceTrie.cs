using System.Numerics;

namespace GpuSeq.Models;

/// <summary>
/// Strings with their ids, as a tree of characters: walking along a text finds each that begins there. The branches lie in one open
/// hash table, so that a step is one look-up in memory or two, however many strings there are.
/// </summary>
internal sealed class PieceTrie
{
    /// <summary>Where walks begin.</summary>
    public const int Root = 0;

    /// <summary>The id where no string ends.</summary>
    public const int None = -1;

    private const ulong Multiplier = 0x9E3779B97F4A7C15; // 2^64 divided by the golden ratio (Knuth, volume 3, section 6.4)

    private Branch[] _branches = new Branch[256];
    private int _shift = 64 - 8;
    private int _nodes = 1;

    /// <summary>Adds a string, which must not be empty.</summary>
    public void Add(ReadOnlySpan<char> text, int id)
    {
        var node = Reach(text[..^1]);
        Reach(text);
        Find(node, text[^1]).Id = id;
    }

    /// <summary>Where a string leads; the way is made where there is none.</summary>
    public int Reach(ReadOnlySpan<char> text)
    {
        var node = Root;
        foreach (var character in text)
        {
            if (!TryStep(node, character, out var next, out _))
            {
                next = _nodes++;
                if (2 * next > _branches.Length)
                    Grow();
                Find(node, character) = new(Key(node, character), next, None);
            }
            node = next;
        }
        return node;
    }

    /// <summary>Goes one character on.</summary>
    /// <param name="node">Where the walk stands.</param>
    /// <param name="character">The character.</param>
    /// <param name="next">Where it leads.</param>
    /// <param name="id">The id of the string that ends there, or <see cref="None"/>.</param>
    /// <returns>Whether a string goes on so.</returns>
    public bool TryStep(int node, char character, out int next, out int id)
    {
        ref readonly var branch = ref Find(node, character);
        (next, id) = (branch.Target, branch.Id);
        return branch.Key != 0;
    }

    /// <summary>The longest string that a text begins with.</summary>
    /// <param name="text">The text.</param>
    /// <param name="node">Where the walk begins: behind what all the strings that are looked for begin with.</param>
    /// <param name="length">How many characters it takes.</param>
    /// <returns>Its id, or <see cref="None"/> where none is as long as a character.</returns>
    public int Longest(ReadOnlySpan<char> text, int node, out int length)
    {
        var longest = None;
        length = 0;
        for (var at = 0; at < text.Length && TryStep(node, text[at], out node, out var id); at++)
        {
            if (id != None)
                (longest, length) = (id, at + 1);
        }
        return longest;
    }

    private static ulong Key(int node, char character) => (ulong)(node + 1) << 16 | character;

    // The branch, or the free place that is its own.
    private ref Branch Find(int node, char character)
    {
        var (key, branches) = (Key(node, character), _branches);
        var slot = (int)(key * Multiplier >> _shift);
        while (branches[slot].Key != key && branches[slot].Key != 0)
            slot = (slot + 1) & (branches.Length - 1);
        return ref branches[slot];
    }

    private void Grow()
    {
        var branches = _branches;
        _branches = new Branch[2 * branches.Length];
        _shift = 64 - BitOperations.Log2((uint)_branches.Length);
        foreach (var branch in branches)
        {
            if (branch.Key != 0)
                Find((int)(branch.Key >> 16) - 1, (char)branch.Key) = branch;
        }
    }

    // A node, plus one, and a character; 0 where there is nothing.
    private record struct Branch(ulong Key, int Target, int Id);
}
