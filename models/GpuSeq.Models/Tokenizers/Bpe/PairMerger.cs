namespace GpuSeq.Models;

/// <summary>
/// Merges the tokens of a word as byte-pair encoding does (Sennrich et al. 2016, algorithm 1): of all neighbours that have a merge,
/// those of the lowest rank become one token, from left to right, until none is left. A word of n tokens takes O(n log n).
/// </summary>
internal sealed class PairMerger
{
    private const int None = -1;

    private readonly Dictionary<long, (int Rank, int Id)> _merges;

    /// <param name="merges">What becomes one, in the order of their ranks; where a pair stands twice, the later rank holds.</param>
    public PairMerger(IReadOnlyList<BpeMerge> merges)
    {
        _merges = new(merges.Count);
        foreach (var (rank, merge) in merges.Index())
            _merges[Key(merge.Left, merge.Right)] = (rank, merge.Result);
    }

    /// <summary>A pair as one number; smaller left ids come first, then smaller right ids.</summary>
    public static long Key(int left, int right) => (long)left << 32 | (uint)right;

    /// <summary>Merges a word in place.</summary>
    /// <returns>How many tokens it has then.</returns>
    public int Merge(Span<int> tokens)
    {
        var next = new int[tokens.Length]; // the neighbours that are left
        var previous = new int[tokens.Length];
        var waiting = new PriorityQueue<long, long>(tokens.Length); // pairs, by rank and place
        for (var at = 0; at < tokens.Length; at++)
            (previous[at], next[at]) = (at - 1, at + 1 < tokens.Length ? at + 1 : None);
        for (var at = 0; at + 1 < tokens.Length; at++)
            Add(at, tokens[at], tokens[at + 1]);

        var made = new List<int>(); // where this round merged: the neighbours wait for the next, even with a lower rank
        while (waiting.TryPeek(out var pair, out var first))
        {
            var result = _merges[pair].Id;
            while (waiting.TryPeek(out _, out var priority) && priority >> 32 == first >> 32)
            {
                waiting.Dequeue();
                var at = (int)priority;
                var right = next[at];
                if (right == None || tokens[at] == None || Key(tokens[at], tokens[right]) != pair)
                    continue; // one of them has become part of another token
                (tokens[at], tokens[right]) = (result, None);
                next[at] = next[right];
                if (next[right] != None)
                    previous[next[right]] = at;
                made.Add(at);
            }
            foreach (var at in made)
            {
                if (previous[at] is not None and var before)
                    Add(before, tokens[before], tokens[at]);
                if (next[at] is not None and var after)
                    Add(at, tokens[at], tokens[after]);
            }
            made.Clear();
        }
        return Close(tokens, next);

        void Add(int at, int left, int right)
        {
            if (_merges.TryGetValue(Key(left, right), out var merge))
                waiting.Enqueue(Key(left, right), (long)merge.Rank << 32 | (uint)at);
        }
    }

    // Moves what is left to the front.
    private static int Close(Span<int> tokens, int[] next)
    {
        var count = 0;
        for (var at = tokens.IsEmpty ? None : 0; at != None; at = next[at])
            tokens[count++] = tokens[at];
        return count;
    }
}
