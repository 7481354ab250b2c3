namespace GpuSeq.Kernels.Validation;

/// <summary>Operands for cases, the same on every run: a case's seed is its name.</summary>
public sealed class CaseData
{
    private readonly Random _random;

    /// <summary>Data for a case.</summary>
    /// <param name="seed">Anything that tells cases apart.</param>
    public CaseData(string seed)
    {
        ArgumentNullException.ThrowIfNull(seed);
        var hash = 17;
        foreach (var character in seed)
            hash = unchecked(hash * 31 + character);
        _random = new Random(hash);
    }

    /// <summary>Values spread evenly over an interval, -1 to 1 by default.</summary>
    public float[] Uniform(int length, float low = -1f, float high = 1f)
    {
        var values = new float[length];
        for (var i = 0; i < length; i++)
            values[i] = low + (high - low) * _random.NextSingle();
        return values;
    }

    /// <summary>Small integers as values: sums of their products are exact in float32.</summary>
    public float[] Integers(int length, int magnitude = 4)
    {
        var values = new float[length];
        for (var i = 0; i < length; i++)
            values[i] = _random.Next(-magnitude, magnitude + 1);
        return values;
    }

    /// <summary>Indices from 0 to a bound, exclusively.</summary>
    public int[] Indices(int length, int bound)
    {
        var values = new int[length];
        for (var i = 0; i < length; i++)
            values[i] = _random.Next(bound);
        return values;
    }
}
