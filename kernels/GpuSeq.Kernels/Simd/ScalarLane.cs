using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels.Simd;

/// <summary>Bit patterns that the lanes of every width share.</summary>
internal static class FloatBits
{
    /// <summary>The bits of sqrt(1/2).</summary>
    public const int SqrtOfHalf = 0x3F3504F3;

    /// <summary>2^-24: the step between random numbers below 1.</summary>
    public const float UnitStep = 1f / (1 << 24);
}

/// <summary>
/// One float32 as a vector of one lane, so that group-shaped kernels compute with the same formulas as row-shaped ones.
/// Every member but those that take a pointer may be used in a kernel.
/// </summary>
internal readonly unsafe struct ScalarLane(float value) : IVector<ScalarLane>
{
    /// <summary>The number.</summary>
    public readonly float Value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    public static ScalarLane Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(0f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Broadcast(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Load(float* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane LoadFirst(float* source, int count, float filler) => new(count > 0 ? *source : filler);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane LoadBFloat16(ushort* source) => new(Interop.IntAsFloat((uint)*source << 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane LoadInt8(sbyte* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ScalarLane value, float* target) => *target = value.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(ScalarLane value, float* target, int count)
    {
        if (count > 0)
            *target = value.Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreStreaming(ScalarLane value, float* target) => *target = value.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator +(ScalarLane left, ScalarLane right) => new(left.Value + right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator -(ScalarLane left, ScalarLane right) => new(left.Value - right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator *(ScalarLane left, ScalarLane right) => new(left.Value * right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator /(ScalarLane left, ScalarLane right) => new(left.Value / right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane MultiplyAdd(ScalarLane a, ScalarLane b, ScalarLane c) => new(a.Value * b.Value + c.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref ScalarLane sum, ScalarLane a, ScalarLane b) => sum = MultiplyAdd(a, b, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Min(ScalarLane left, ScalarLane right) =>
        new(left.Value < right.Value || XMath.IsNaN(left.Value) ? left.Value : right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Max(ScalarLane left, ScalarLane right) =>
        new(left.Value > right.Value || XMath.IsNaN(left.Value) ? left.Value : right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane MaxNumber(ScalarLane left, ScalarLane right) => new(left.Value > right.Value ? left.Value : right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Clamp(ScalarLane value, ScalarLane low, ScalarLane high) =>
        new(value.Value < low.Value ? low.Value : value.Value > high.Value ? high.Value : value.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Abs(ScalarLane value) => new(XMath.Abs(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Sqrt(ScalarLane value) => new(XMath.Sqrt(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Round(ScalarLane value) => new(XMath.RoundToEven(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane LessThan(ScalarLane left, ScalarLane right) =>
        new(Interop.IntAsFloat(left.Value < right.Value ? uint.MaxValue : 0u));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Select(ScalarLane mask, ScalarLane yes, ScalarLane no) =>
        Interop.FloatAsInt(mask.Value) != 0u ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane LoadMask(int* source) => new(Interop.IntAsFloat(*source != 0 ? uint.MaxValue : 0u));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane CopySign(ScalarLane magnitude, ScalarLane sign) => new(Interop.IntAsFloat(
        Interop.FloatAsInt(magnitude.Value) & 0x7FFFFFFFu | Interop.FloatAsInt(sign.Value) & 0x80000000u));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane ScaleByPowerOfTwo(ScalarLane value, ScalarLane exponent) =>
        new(Interop.IntAsFloat(Interop.FloatAsInt(value.Value) + ((uint)(int)exponent.Value << 23)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane PowerOfTwo(ScalarLane biased) => new(Interop.IntAsFloat(Interop.FloatAsInt(biased.Value) << 23));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Exponent(ScalarLane value) =>
        new(((int)Interop.FloatAsInt(value.Value) - FloatBits.SqrtOfHalf) >> 23);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane LoadUnit(uint* words) => Unit(*words);

    /// <summary>A random word as a number from 0 to 1, exclusively.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Unit(uint word) => new((int)(word >> 8) * FloatBits.UnitStep);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(ScalarLane value) => value.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(ScalarLane value) => value.Value;
}
