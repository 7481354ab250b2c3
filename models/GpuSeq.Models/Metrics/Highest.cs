namespace GpuSeq.Models;

/// <summary>The choice of the highest of several scores.</summary>
internal static class Highest
{
    /// <summary>The place of the highest score, the first where several are equal.</summary>
    public static int IndexOfMax(this ReadOnlySpan<float> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
            best = scores[i] > scores[best] ? i : best;
        return best;
    }

    /// <inheritdoc cref="IndexOfMax(ReadOnlySpan{float})"/>
    public static int IndexOfMax(this Span<float> scores) => IndexOfMax((ReadOnlySpan<float>)scores);
}
