using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of draws from logits.</summary>
public static class SamplingReference
{
    /// <summary>The probabilities of a row after temperature, top-k and top-p, by column; 0 for what is left out.</summary>
    /// <param name="logits">[V].</param>
    /// <param name="options">The temperature is above 0.</param>
    /// <param name="margin">How near the sum that ends a nucleus, or the one before, is to the share it must have.</param>
    public static T[] Probabilities<T>(ReadOnlySpan<T> logits, SamplingOptions options, out T margin)
        where T : IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        var order = ReductionReference.Descending(logits);
        var probabilities = new T[logits.Length];
        var kept = options.TopK == 0 ? logits.Length : Math.Min(options.TopK, logits.Length);
        margin = T.One;
        for (var rank = 0; rank < kept; rank++)
        {
            var column = order[rank];
            probabilities[column] = T.Exp((logits[column] - logits[order[0]]) / T.CreateChecked(options.Temperature));
        }
        if (options.TopP < 1f)
        {
            var share = T.CreateChecked(options.TopP) * Sum(probabilities);
            var sum = T.Zero;
            for (var rank = 0; rank < kept; rank++)
            {
                var isLeftOut = sum >= share;
                sum += probabilities[order[rank]];
                margin = T.Min(margin, T.Abs(sum - share) / Sum(probabilities));
                if (isLeftOut)
                    probabilities[order[rank]] = T.Zero;
            }
        }
        var total = Sum(probabilities);
        return [.. probabilities.Select(p => p / total)];
    }

    /// <summary>Logits over the temperature where their probabilities are above 0, and negative infinity elsewhere.</summary>
    /// <param name="logits">[n, V].</param>
    /// <param name="y">[n, V].</param>
    /// <param name="columns">V.</param>
    /// <param name="options">A temperature of 0 leaves the largest of each row.</param>
    public static void Filter<T>(ReadOnlySpan<T> logits, Span<T> y, int columns, SamplingOptions options)
        where T : IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options.Temperature == 0f ? new() { TopK = 1 } : options;
        y.Fill(T.NegativeInfinity);
        for (var begin = 0; begin < logits.Length; begin += columns)
        {
            var probabilities = Probabilities(logits.Slice(begin, columns), options, out _);
            for (var c = 0; c < columns; c++)
            {
                if (probabilities[c] > T.Zero)
                    y[begin + c] = logits[begin + c] / T.CreateChecked(options.Temperature);
            }
        }
    }

    /// <summary>The first column at which the sum of probabilities exceeds u.</summary>
    /// <param name="probabilities">[V], whose sum is 1.</param>
    /// <param name="u">A random number from 0 to 1.</param>
    /// <param name="margin">How near any of the sums is to u.</param>
    public static int Choose<T>(ReadOnlySpan<T> probabilities, T u, out T margin)
        where T : IFloatingPointIeee754<T>
    {
        margin = T.One;
        var (sum, chosen) = (T.Zero, -1);
        for (var column = 0; column < probabilities.Length; column++)
        {
            sum += probabilities[column];
            if (probabilities[column] > T.Zero)
                margin = T.Min(margin, T.Abs(sum - u));
            if (chosen < 0 && sum > u)
                chosen = column;
        }
        return chosen;
    }

    private static T Sum<T>(T[] values)
        where T : IFloatingPointIeee754<T>
    {
        var sum = T.Zero;
        foreach (var value in values)
            sum += value;
        return sum;
    }
}
