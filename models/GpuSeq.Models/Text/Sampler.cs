namespace GpuSeq.Models;

/// <summary>Chooses from logits at random, with a random stream of its own that a seed decides.</summary>
public sealed class Sampler
{
    private readonly SamplingOptions _options;
    private SplitMix64 _random;

    /// <summary>A sampler at the beginning of its random stream.</summary>
    public Sampler(SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.Temperature >= 0f) || !float.IsFinite(options.Temperature))
            throw new ArgumentOutOfRangeException(nameof(options), $"The temperature is a number from 0 on, not {options.Temperature}.");
        ArgumentOutOfRangeException.ThrowIfNegative(options.TopK);
        _options = options;
        _random = new(options.Seed);
    }

    /// <summary>Chooses an index by its share of e^(logit / temperature).</summary>
    public int Choose(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }
        if (_options.Temperature == 0f)
            return best;
        var least = Threshold(logits);
        Span<double> shares = logits.Length <= 1024 ? stackalloc double[logits.Length] : new double[logits.Length];
        var total = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            shares[i] = logits[i] >= least ? Math.Exp((logits[i] - (double)logits[best]) / _options.Temperature) : 0;
            total += shares[i];
        }
        var point = _random.NextUniform() * total;
        for (var i = 0; i < logits.Length; i++)
        {
            point -= shares[i];
            if (point < 0)
                return i;
        }
        return best;
    }

    // The smallest logit that is considered.
    private float Threshold(ReadOnlySpan<float> logits)
    {
        if (_options.TopK == 0 || _options.TopK >= logits.Length)
            return float.NegativeInfinity;
        var sorted = logits.ToArray();
        Array.Sort(sorted);
        return sorted[^_options.TopK];
    }
}
