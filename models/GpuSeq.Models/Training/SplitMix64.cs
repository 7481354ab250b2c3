namespace GpuSeq.Models;

/// <summary>Random numbers of the program, such as those that shuffle (Steele, Lea and Flood 2014): the same on every machine.</summary>
/// <param name="seed">Where it begins.</param>
public struct SplitMix64(ulong seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => Mix(_state += Step);

    /// <summary>A number from 0 to 1, exclusively.</summary>
    public double NextUniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number from 0 to n, exclusively.</summary>
    public int Next(int n) => (int)Math.BigMul(Next(), (ulong)n, out _);

    /// <summary>One of several items, at least one.</summary>
    public T Choose<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>Puts items into a random order (Fisher and Yates 1938).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Puts items into a random order and parts the first of them from the others.</summary>
    /// <param name="items">The items; they stay as they are.</param>
    /// <param name="count">How many are held back.</param>
    public (T[] Held, T[] Kept) HoldBack<T>(IEnumerable<T> items, int count)
    {
        T[] shuffled = [.. items];
        Shuffle(shuffled.AsSpan());
        return (shuffled[..count], shuffled[count..]);
    }

    /// <summary>Spreads the bits of a number.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
