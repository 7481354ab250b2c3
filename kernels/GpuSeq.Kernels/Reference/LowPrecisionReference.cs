using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of weights in fewer bits.</summary>
public static class LowPrecisionReference
{
    /// <summary>The bfloat16 that is nearest to a number; of two that are equally near, the one whose last bit is 0.</summary>
    public static ushort BFloat16(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        if (float.IsNaN(value))
            return (ushort)(bits >> 16 | 0x40);
        if (float.IsInfinity(value))
            return (ushort)(bits >> 16);
        var (towardsZero, away) = ((ushort)(bits >> 16), (ushort)((bits >> 16) + 1));
        var (near, far) = (Math.Abs(value - (double)Value(towardsZero)), Math.Abs(Magnitude(away) - Math.Abs((double)value)));
        return near < far || (near == far && towardsZero % 2 == 0) ? towardsZero : away;
    }

    /// <summary>The number that a bfloat16 stands for.</summary>
    public static float Value(ushort bits) => BitConverter.Int32BitsToSingle(bits << 16);

    /// <summary>The numbers of a row, and its scale: max |x| / 127; 0 for all where the scale is 0 or not finite.</summary>
    public static T Int8<T>(ReadOnlySpan<T> x, Span<sbyte> y)
        where T : IFloatingPointIeee754<T>
    {
        var scale = T.Zero;
        foreach (var value in x)
            scale = T.IsNaN(scale) || T.IsNaN(value) ? T.NaN : T.Max(scale, T.Abs(value));
        scale /= T.CreateChecked(127);
        for (var i = 0; i < x.Length; i++)
            y[i] = scale > T.Zero && T.IsFinite(scale) ? sbyte.CreateChecked(T.Round(x[i] / scale, MidpointRounding.ToEven)) : (sbyte)0;
        return scale;
    }

    // What follows the largest finite number is where infinity would be, were there one more exponent.
    private static double Magnitude(ushort bits) =>
        (bits & 0x7FFF) == 0x7F80 ? Math.ScaleB(1, 128) : Math.Abs((double)Value(bits));
}
