namespace GpuSeq.Models;

/// <summary>What the logits of one example say.</summary>
internal static class Logits
{
    /// <summary>The place of the highest one, the first where several are equal.</summary>
    public static int IndexOfMax(this ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
            best = logits[i] > logits[best] ? i : best;
        return best;
    }

    /// <inheritdoc cref="IndexOfMax(ReadOnlySpan{float})"/>
    public static int IndexOfMax(this Span<float> logits) => IndexOfMax((ReadOnlySpan<float>)logits);

    /// <summary>The negative logarithm of the probability that their softmax gives to a class, in nats.</summary>
    public static double CrossEntropy(this Span<float> logits, int expected)
    {
        double largest = logits[logits.IndexOfMax()];
        var sum = 0.0;
        foreach (var logit in logits)
            sum += Math.Exp(logit - largest);
        return largest + Math.Log(sum) - logits[expected];
    }
}
