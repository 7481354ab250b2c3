namespace GpuSeq.Kernels.Validation;

/// <summary>
/// How far a float32 result may be from the float64 definition. Exact: not at all, for integer-valued operands. Rounding: at
/// most twice the error that plain float32 code makes on the same operands, plus a floor for results that happen to
/// round well, under a cap that grows with the length of the sums so that a bad definition cannot excuse a bad kernel.
/// </summary>
public sealed class Tolerance
{
    private const double Epsilon = 1.1920929e-7; // 2^-23
    private const double FloorRoundings = 4;
    private const double CapRoundings = 32;

    private readonly double _length;
    private readonly double _termScale;

    private Tolerance(bool isExact, double length, double termScale)
    {
        IsExact = isExact;
        (_length, _termScale) = (length, termScale);
    }

    /// <summary>Not a bit off.</summary>
    public static Tolerance Exact { get; } = new(true, 0, 0);

    /// <summary>Whether results must be equal.</summary>
    public bool IsExact { get; }

    /// <summary>Rounding errors of sums.</summary>
    /// <param name="length">The number of terms of the longest sum.</param>
    /// <param name="termScale">The magnitude of the terms, for sums that may cancel; 0 for that of the result.</param>
    public static Tolerance Rounding(double length, double termScale = 0) => new(false, Math.Max(1, length), termScale);

    /// <summary>The error that is allowed in a tensor.</summary>
    /// <param name="scale">The largest magnitude of the tensor, by its definition.</param>
    /// <param name="plainError">The largest error of plain float32 code in the tensor.</param>
    public double Allowed(double scale, double plainError)
    {
        if (IsExact)
            return 0;
        scale = Math.Max(scale, _termScale);
        var floor = FloorRoundings * Epsilon * scale;
        var cap = CapRoundings * Math.Sqrt(_length) * Epsilon * scale;
        return Math.Max(float.Epsilon, Math.Min(floor + 2 * plainError, Math.Max(floor, cap)));
    }
}
