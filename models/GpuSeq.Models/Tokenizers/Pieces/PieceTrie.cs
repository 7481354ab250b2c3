using System.Numerics;

namespace GpuSeq.Models;

/// <summary>
/// Strings with their ids, as a tree of characters: walking along a text finds each that begins there. The branches lie in one open
/// hash table, so that a step is one or two look-ups in memory, however many strings there are.
/// </summary>
internal sealed class PieceTrie
{
    /// <summary>Where walks begin.</summary>
    public const int Root = 0;

    private const int None = -1;
    private const ulong Multiplier = 0x9E3779B97F4A7C15; // 2^64 divided by the golden ratio (Knuth, volume 3, section 6.4)

    private readonly List<int> _ids = [None]; // of each node
    private ulong[] _keys = new ulong[256]; // a node, plus one, and a character; 0 where there is nothing
    private int[] _targets = new int[256];
    private int _shift = 64 - 8;

    /// <summary>Adds a string.</summary>
    /// <returns>Where its last character leads.</returns>
    public int Add(ReadOnlySpan<char> text, int id)
    {
        var node = Reach(text);
        _ids[node] = id;
        return node;
    }

    /// <summary>Where a string leads; the way is made where there is none.</summary>
    public int Reach(ReadOnlySpan<char> text)
    {
        var node = Root;
        foreach (var character in text)
        {
            if (!TryStep(node, character, out var next))
            {
                next = _ids.Count;
                _ids.Add(None);
                if (2 * next > _keys.Length)
                    Grow();
                Insert(Key(node, character), next);
            }
            node = next;
        }
        return node;
    }

    /// <summary>Goes one character on.</summary>
    /// <returns>Whether a string goes on so.</returns>
    public bool TryStep(int node, char character, out int next)
    {
        var key = Key(node, character);
        var keys = _keys;
        for (var slot = (int)(key * Multiplier >> _shift); keys[slot] != 0; slot = (slot + 1) & (keys.Length - 1))
        {
            if (keys[slot] != key)
                continue;
            next = _targets[slot];
            return true;
        }
        next = Root;
        return false;
    }

    /// <summary>The id of the string that ends at a node, or -1.</summary>
    public int IdAt(int node) => _ids[node];

    /// <summary>The longest string that a text begins with.</summary>
    /// <param name="text">The text.</param>
    /// <param name="node">Where the walk begins: behind what all the strings that are looked for begin with.</param>
    /// <param name="length">How many characters it takes.</param>
    /// <returns>Its id, or -1 where none is as long as a character.</returns>
    public int Longest(ReadOnlySpan<char> text, int node, out int length)
    {
        var id = None;
        length = 0;
        for (var at = 0; at < text.Length && TryStep(node, text[at], out node);)
        {
            at++;
            if (_ids[node] is not None and var found)
                (id, length) = (found, at);
        }
        return id;
    }

    private static ulong Key(int node, char character) => (ulong)(node + 1) << 16 | character;

    private void Insert(ulong key, int target)
    {
        var slot = (int)(key * Multiplier >> _shift);
        while (_keys[slot] != 0)
            slot = (slot + 1) & (_keys.Length - 1);
        (_keys[slot], _targets[slot]) = (key, target);
    }

    private void Grow()
    {
        var (keys, targets) = (_keys, _targets);
        (_keys, _targets) = (new ulong[2 * keys.Length], new int[2 * keys.Length]);
        _shift = 64 - BitOperations.Log2((uint)_keys.Length);
        for (var slot = 0; slot < keys.Length; slot++)
        {
            if (keys[slot] != 0)
                Insert(keys[slot], targets[slot]);
        }
    }
}
