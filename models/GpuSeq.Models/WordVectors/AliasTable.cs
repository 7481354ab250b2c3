namespace GpuSeq.Models;

/// <summary>Draws numbers by given probabilities in constant time (Walker 1977, built as Vose 1991 does).</summary>
internal sealed class AliasTable
{
    private readonly double[] _own; // how likely the number of a column is its own
    private readonly int[] _other;

    /// <param name="probabilities">Of 0, 1, 2 and so on; they sum to 1.</param>
    public AliasTable(IReadOnlyList<double> probabilities)
    {
        var count = probabilities.Count;
        _own = new double[count];
        _other = new int[count];
        var (small, large) = (new Stack<int>(), new Stack<int>());
        for (var i = 0; i < count; i++)
        {
            _own[i] = probabilities[i] * count;
            (_own[i] < 1 ? small : large).Push(i);
        }
        while (small.Count > 0 && large.Count > 0)
        {
            var (low, high) = (small.Pop(), large.Peek());
            _other[low] = high;
            _own[high] -= 1 - _own[low];
            if (_own[high] < 1)
                small.Push(large.Pop());
        }
        foreach (var i in small.Concat(large)) // 1 but for rounding
            _own[i] = 1;
    }

    public int Draw(ref SplitMix64 random)
    {
        var column = random.Next(_own.Length);
        return random.NextUniform() < _own[column] ? column : _other[column];
    }
}
