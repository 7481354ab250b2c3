using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

/// <summary>Floating-point numbers, the special ones too.</summary>
internal static class FloatKernels
{
    public const int Stride = 40;

    public static void Exact(ArrayView<float> input, ArrayView<float> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var (x, y) = (input[lane % input.IntLength], input[lane / input.IntLength]);
        var results = new Results<float>(output, lane * Stride);
        results.Add(x + y);
        results.Add(x * y);
        results.Add(x / y);
        results.Add(x % y);
        results.Add(-x);
        results.Add(MathF.Min(x, y));
        results.Add(XMath.Max(x, y));
        results.Add(XMath.Clamp(x, -1.5f, 2.5f));
        results.Add(Math.Abs(x));
        results.Add(MathF.Sqrt(x));
        results.Add(MathF.Floor(x));
        results.Add(XMath.Ceiling(x));
        results.Add(MathF.Truncate(x));
        results.Add(MathF.Round(x));
        results.Add(XMath.RoundAwayFromZero(x));
        results.Add(MathF.Round(x, MidpointRounding.ToZero));
        results.Add(MathF.Round(x, MidpointRounding.ToNegativeInfinity));
        results.Add(XMath.Round(x, MidpointRounding.ToPositiveInfinity));
        results.Add(XMath.Round(x, 2));
        results.Add(MathF.CopySign(x, y));
        results.Add(XMath.IEEERemainder(x, y));
        results.Add(XMath.Sign(x));
        results.Add((float.IsNaN(x) ? 1 : 0) + (XMath.IsInfinity(x) ? 2 : 0) + (float.IsFinite(x) ? 4 : 0));
        results.Add(MathF.FusedMultiplyAdd(x, y, 1f));
        results.Add(Interop.IntAsFloat(Interop.FloatAsInt(x) & 0xffff0000));
        results.Add(BitConverter.SingleToInt32Bits(x) >> 16);
        results.Add((float)((double)x * y));
        results.Add(x == 0 ? float.PositiveInfinity : x > 1e30f ? float.NaN : float.Epsilon);
        results.Add(x < 0 ? -0f : float.MaxValue);
        results.Add(1e-5f + x);
    }

    public static void Functions(ArrayView<float> input, ArrayView<float> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var (x, y) = (input[lane % input.IntLength], input[lane / input.IntLength]);
        var results = new Results<float>(output, lane * Stride);
        results.Add(MathF.Exp(x));
        results.Add(XMath.Exp2(x));
        results.Add(MathF.Log(x));
        results.Add(XMath.Log2(x));
        results.Add(MathF.Log10(x));
        results.Add(XMath.Log(x, 3f));
        results.Add(MathF.Sin(x));
        results.Add(XMath.Cos(x));
        results.Add(MathF.Tan(x));
        results.Add(MathF.Asin(x));
        results.Add(XMath.Acos(x));
        results.Add(MathF.Atan(x));
        results.Add(XMath.Atan2(x, y));
        results.Add(MathF.Sinh(x));
        results.Add(XMath.Cosh(x));
        results.Add(MathF.Tanh(x));
        results.Add(MathF.Pow(x, y));
        results.Add(MathF.Cbrt(x));
        results.Add(XMath.Rsqrt(x));
        results.Add(XMath.Rcp(x));
        XMath.SinCos(x, out var sin, out var cos);
        results.Add(sin);
        results.Add(cos);
        results.Add(XMath.DegToRad(x));
        results.Add(XMath.PI * x + XMath.Ln2);
    }

    public static void Doubles(ArrayView<double> input, ArrayView<double> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var (x, y) = (input[lane % input.IntLength], input[lane / input.IntLength]);
        var results = new Results<double>(output, lane * Stride);
        results.Add(x * y + 0.5);
        results.Add(x / y);
        results.Add(x % y);
        results.Add(Math.Min(x, y));
        results.Add(XMath.Max(x, y));
        results.Add(XMath.Clamp(x, -1.5, 2.5));
        results.Add(Math.Abs(-x));
        results.Add(Math.Sqrt(x));
        results.Add(Math.Floor(x) + Math.Ceiling(y));
        results.Add(Math.Round(x));
        results.Add(XMath.Round(x, 1));
        results.Add(Math.Round(x, MidpointRounding.AwayFromZero));
        results.Add(Math.Exp(x));
        results.Add(XMath.Exp2(x));
        results.Add(Math.Log(x));
        results.Add(Math.Log(x, 7));
        results.Add(Math.Sin(x) + Math.Cos(y));
        results.Add(Math.Tan(x));
        results.Add(Math.Atan2(x, y));
        results.Add(Math.Tanh(x));
        results.Add(Math.Pow(x, y));
        results.Add(Math.FusedMultiplyAdd(x, y, 3));
        results.Add(Math.CopySign(x, y));
        results.Add((float)x);
        results.Add(double.IsNaN(x) || double.IsInfinity(y) ? 1 : 0);
        results.Add(BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(x) & ~0xffffffL));
        results.Add(XMath.Sign(x) + Math.E);
    }

    // The branch forms of every comparison, and their values.
    public static void Comparisons(ArrayView<float> input, ArrayView<int> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var (x, y) = (input[lane % input.IntLength], input[lane / input.IntLength]);
        var bits = 0;
        if (x == y)
            bits |= 1;
        if (x != y)
            bits |= 2;
        if (x < y)
            bits |= 4;
        if (x <= y)
            bits |= 8;
        if (x > y)
            bits |= 16;
        if (x >= y)
            bits |= 32;
        if (!(x == y))
            bits |= 64;
        if (!(x != y))
            bits |= 128;
        if (!(x < y))
            bits |= 256;
        if (!(x <= y))
            bits |= 512;
        if (!(x > y))
            bits |= 1024;
        if (!(x >= y))
            bits |= 2048;
        var (less, lessOrEqual, greater, greaterOrEqual, equal, different) = (x < y, x <= y, x > y, x >= y, x == y, x != y);
        bits |= (less ? 1 << 12 : 0) | (lessOrEqual ? 1 << 13 : 0) | (greater ? 1 << 14 : 0) | (greaterOrEqual ? 1 << 15 : 0)
            | (equal ? 1 << 16 : 0) | (different ? 1 << 17 : 0) | (!(less || greater) ? 1 << 18 : 0) | (!less && !greater ? 1 << 19 : 0);
        var rounds = 0;
        do
            rounds++;
        while (rounds < 3 && !(x < y));
        while (x >= y && rounds < 7)
            rounds++;
        output[lane] = bits | rounds << 20;
    }

    public static void FromFloat(ArrayView<float> input, ArrayView<long> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var x = input[lane];
        var results = new Results<long>(output, lane * Stride);
        results.Add((sbyte)x);
        results.Add((byte)x);
        results.Add((short)x);
        results.Add((ushort)x);
        results.Add((int)x);
        results.Add((uint)x);
        results.Add((long)x);
        results.Add((long)(ulong)x);
        var wide = (double)x * 1.000001;
        results.Add((int)wide);
        results.Add((uint)wide);
        results.Add((long)wide);
        results.Add((long)(ulong)wide);
        results.Add((byte)wide);
    }

    public static void ToFloat(ArrayView<long> input, ArrayView<double> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var x = input[lane];
        var results = new Results<double>(output, lane * Stride);
        results.Add((float)(sbyte)x);
        results.Add((float)(ushort)x);
        results.Add((float)(int)x);
        results.Add((float)(uint)x);
        results.Add((float)x);
        results.Add((float)(ulong)x);
        results.Add((double)(int)x);
        results.Add((double)(uint)x);
        results.Add((double)x);
        results.Add((double)(ulong)x);
    }

    // bfloat16 is the upper half of a float.
    public static void Bfloat16(ArrayView<ushort> input, ArrayView<float> output)
    {
        var lane = Grid.GlobalLinearIndex;
        output[lane] = Interop.IntAsFloat((uint)input[lane] << 16) * 2f;
    }
}
