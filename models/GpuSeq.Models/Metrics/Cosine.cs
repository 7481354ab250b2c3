namespace GpuSeq.Models;

/// <summary>How alike the directions of vectors are.</summary>
public static class Cosine
{
    /// <summary>The cosine of the angle between two vectors, from -1 to 1; 0 where one has no length.</summary>
    /// <exception cref="ArgumentException">They are not of one length.</exception>
    public static double Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"Cosine: vectors of {a.Length} and {b.Length} numbers.", nameof(b));
        var (dot, ofA, ofB) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            ofA += (double)a[i] * a[i];
            ofB += (double)b[i] * b[i];
        }
        return ofA > 0 && ofB > 0 ? dot / Math.Sqrt(ofA * ofB) : 0;
    }

    /// <summary>A vector of the same direction and of length 1; the vector itself where it has no length.</summary>
    public static float[] Unit(float[] vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var length = Math.Sqrt(vector.Sum(value => (double)value * value));
        return length > 0 ? [.. vector.Select(value => (float)(value / length))] : vector;
    }
}
