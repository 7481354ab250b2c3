namespace GpuSeq.Models;

/// <summary>Finds the path of tags with the highest score (Viterbi 1967; Rabiner 1989, section III.B).</summary>
/// <param name="start">What it adds to begin with a tag, [K]; -infinity where that is not allowed.</param>
/// <param name="transitions">What it adds to go from one tag to another, [K from, K to].</param>
/// <param name="end">What it adds to end with a tag, [K].</param>
public sealed class ViterbiDecoder(IReadOnlyList<float> start, IReadOnlyList<float> transitions, IReadOnlyList<float> end)
{
    private readonly int _tags = start.Count;

    /// <summary>A decoder that takes the best tag of each step, whatever stands beside it.</summary>
    /// <param name="tags">K, the number of tags.</param>
    public static ViterbiDecoder Free(int tags) => new(new float[tags], new float[tags * tags], new float[tags]);

    /// <summary>The same decoder, which allows no other paths than some.</summary>
    /// <param name="mayFollow">Whether a tag may stand behind another one, or, where that is null, at the beginning.</param>
    public ViterbiDecoder Restricted(Func<int?, int, bool> mayFollow) => new(
        [.. start.Select((score, tag) => mayFollow(null, tag) ? score : float.NegativeInfinity)],
        [.. transitions.Select((score, i) => mayFollow(i / _tags, i % _tags) ? score : float.NegativeInfinity)],
        end);

    /// <summary>The best path, the first where several are equal.</summary>
    /// <param name="emissions">The scores of the tags at each step, [T, K], T at least 1.</param>
    public int[] Decode(ReadOnlySpan<float> emissions)
    {
        var steps = emissions.Length / _tags;
        var cameFrom = new int[steps * _tags];
        var (scores, next) = (new float[_tags], new float[_tags]);
        for (var tag = 0; tag < _tags; tag++)
            scores[tag] = start[tag] + emissions[tag];
        for (var step = 1; step < steps; step++)
        {
            for (var tag = 0; tag < _tags; tag++)
            {
                var best = Best(scores, tag);
                cameFrom[step * _tags + tag] = best;
                next[tag] = scores[best] + transitions[best * _tags + tag] + emissions[step * _tags + tag];
            }
            (scores, next) = (next, scores);
        }
        for (var tag = 0; tag < _tags; tag++)
            scores[tag] += end[tag];
        var path = new int[steps];
        path[^1] = scores.AsSpan().IndexOfMax();
        for (var step = steps - 1; step > 0; step--)
            path[step - 1] = cameFrom[step * _tags + path[step]];
        return path;
    }

    // The tag from which a tag is reached best.
    private int Best(float[] scores, int to)
    {
        var best = 0;
        for (var from = 1; from < _tags; from++)
            best = scores[from] + transitions[from * _tags + to] > scores[best] + transitions[best * _tags + to] ? from : best;
        return best;
    }
}
