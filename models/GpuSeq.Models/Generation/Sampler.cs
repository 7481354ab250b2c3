namespace GpuSeq.Models;

/// <summary>Chooses the tokens of one text at random, with a random stream of its own that a seed decides.</summary>
public sealed class Sampler
{
    private readonly SamplingOptions _options;
    private readonly HashSet<int> _seen = [];
    private SplitMix64 _random;
    private float[] _logits = [];
    private double[] _shares = [];

    /// <summary>A sampler at the beginning of its random stream.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its range.</exception>
    public Sampler(SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options;
        _random = new(options.Seed);
    }

    /// <summary>Takes note of what the text has already, such as a prompt.</summary>
    public void Read(IEnumerable<int> tokens) => _seen.UnionWith(tokens);

    /// <summary>Chooses a token, which the text then has.</summary>
    public int Choose(ReadOnlySpan<float> logits)
    {
        if (_logits.Length != logits.Length)
            (_logits, _shares) = (new float[logits.Length], new double[logits.Length]);
        logits.CopyTo(_logits);
        Penalize();
        var token = _options.Temperature == 0f ? _logits.AsSpan().IndexOfMax() : Draw();
        _seen.Add(token);
        return token;
    }

    private void Penalize()
    {
        if (_options.RepetitionPenalty == 1f)
            return;
        foreach (var token in _seen)
            _logits[token] *= _logits[token] > 0f ? 1f / _options.RepetitionPenalty : _options.RepetitionPenalty;
    }

    // By the shares of e^(logit / temperature).
    private int Draw()
    {
        var best = _logits.AsSpan().IndexOfMax();
        var least = _options.TopK > 0 && _options.TopK < _logits.Length ? Highest(_options.TopK) : float.NegativeInfinity;
        var total = 0.0;
        for (var i = 0; i < _logits.Length; i++)
        {
            _shares[i] = _logits[i] >= least ? Math.Exp((_logits[i] - (double)_logits[best]) / _options.Temperature) : 0;
            total += _shares[i];
        }
        if (_options.TopP < 1f)
            total = KeepNucleus(total);
        var point = _random.NextUniform() * total;
        for (var i = 0; i < _shares.Length; i++)
        {
            point -= _shares[i];
            if (point < 0)
                return i;
        }
        return best;
    }

    // Logit number `count`, the highest first.
    private float Highest(int count)
    {
        var highest = new PriorityQueue<float, float>(count);
        foreach (var logit in _logits)
        {
            if (highest.Count < count)
                highest.Enqueue(logit, logit);
            else if (logit > highest.Peek())
                highest.EnqueueDequeue(logit, logit);
        }
        return highest.Peek();
    }

    // Leaves the fewest tokens whose shares reach the sum that is wanted, and returns what they have together.
    private double KeepNucleus(double total)
    {
        // Tokens of less than this reach no more than what the sum leaves over, all together, so that none of them is needed.
        var least = total * (1 - _options.TopP) / _shares.Length;
        var candidates = new List<int>();
        for (var i = 0; i < _shares.Length; i++)
        {
            if (_shares[i] >= least)
                candidates.Add(i);
        }
        candidates.Sort((a, b) => _shares[a] != _shares[b] ? _shares[b].CompareTo(_shares[a]) : a.CompareTo(b));
        var (kept, count) = (0.0, 0);
        while (count < candidates.Count && kept < total * _options.TopP)
            kept += _shares[candidates[count++]];
        var nucleus = candidates.Take(count).Select(token => (token, _shares[token])).ToArray();
        Array.Clear(_shares);
        foreach (var (token, share) in nucleus)
            _shares[token] = share;
        return kept;
    }
}
