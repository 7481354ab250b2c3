using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuSeq.Kernels.Simd;

/// <summary>Eight float32 lanes in 256 bits.</summary>
internal unsafe struct Vector256Lanes(Vector256<float> lanes) : IVector<Vector256Lanes>
{
    private Vector256<float> _lanes = lanes;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<float>.Count;
    }

    public static Vector256Lanes Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<float>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes LoadFirst(float* source, int count, float filler)
    {
        if (!Avx.IsSupported)
            return VectorMath.LoadTail<Vector256Lanes>(source, count, filler);
        var first = First(count);
        return new(Vector256.ConditionalSelect(first, Avx.MaskLoad(source, first), Vector256.Create(filler)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes LoadBFloat16(ushort* source)
    {
        var halves = Vector128.Load(source).ToVector256Unsafe();
        return new((Vector256.WidenLower(halves) << 16).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes LoadInt8(sbyte* source)
    {
        if (Avx2.IsSupported)
            return new(Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(source)));
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(source)).AsSByte().ToVector256Unsafe();
        return new(Vector256.ConvertToSingle(Vector256.WidenLower(Vector256.WidenLower(bytes))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256Lanes value, float* target) => value._lanes.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Vector256Lanes value, float* target, int count)
    {
        if (Avx.IsSupported)
            Avx.MaskStore(target, First(count), value._lanes);
        else
            VectorMath.StoreTail(value, target, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreStreaming(Vector256Lanes value, float* target) => value._lanes.StoreAlignedNonTemporal(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes operator +(Vector256Lanes left, Vector256Lanes right) => new(left._lanes + right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes operator -(Vector256Lanes left, Vector256Lanes right) => new(left._lanes - right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes operator *(Vector256Lanes left, Vector256Lanes right) => new(left._lanes * right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes operator /(Vector256Lanes left, Vector256Lanes right) => new(left._lanes / right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes MultiplyAdd(Vector256Lanes a, Vector256Lanes b, Vector256Lanes c) =>
        new(Vector256.MultiplyAddEstimate(a._lanes, b._lanes, c._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Vector256Lanes sum, Vector256Lanes a, Vector256Lanes b) =>
        sum._lanes = Vector256.MultiplyAddEstimate(a._lanes, b._lanes, sum._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Min(Vector256Lanes left, Vector256Lanes right) => new(Vector256.Min(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Max(Vector256Lanes left, Vector256Lanes right) => new(Vector256.Max(left._lanes, right._lanes));

    // Of two operands of which one is NaN, x86 gives the second.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes MaxNumber(Vector256Lanes left, Vector256Lanes right) =>
        new(Vector256.MaxNative(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Clamp(Vector256Lanes value, Vector256Lanes low, Vector256Lanes high) =>
        new(Vector256.MinNative(high._lanes, Vector256.MaxNative(low._lanes, value._lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Abs(Vector256Lanes value) => new(Vector256.Abs(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Sqrt(Vector256Lanes value) => new(Vector256.Sqrt(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Round(Vector256Lanes value) => new(Vector256.Round(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes LessThan(Vector256Lanes left, Vector256Lanes right) =>
        new(Vector256.LessThan(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Select(Vector256Lanes mask, Vector256Lanes yes, Vector256Lanes no) => Avx.IsSupported
        ? new(Avx.BlendVariable(no._lanes, yes._lanes, mask._lanes))
        : new(Vector256.ConditionalSelect(mask._lanes, yes._lanes, no._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes LoadMask(int* source) =>
        new((~Vector256.Equals(Vector256.Load(source), Vector256<int>.Zero)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes CopySign(Vector256Lanes magnitude, Vector256Lanes sign) =>
        new(Vector256.CopySign(magnitude._lanes, sign._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes ScaleByPowerOfTwo(Vector256Lanes value, Vector256Lanes exponent) =>
        new((value._lanes.AsInt32() + (Vector256.ConvertToInt32Native(exponent._lanes) << 23)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes PowerOfTwo(Vector256Lanes biased) => new((biased._lanes.AsInt32() << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes Exponent(Vector256Lanes value) =>
        new(Vector256.ConvertToSingle((value._lanes.AsInt32() - Vector256.Create(FloatBits.SqrtOfHalf)) >> 23));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256Lanes LoadUnit(uint* words) =>
        new(Vector256.ConvertToSingle((Vector256.Load(words) >>> 8).AsInt32()) * Vector256.Create(FloatBits.UnitStep));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256Lanes value) => Vector128Lanes.Sum(new(value._lanes.GetLower() + value._lanes.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Vector256Lanes value) =>
        Vector128Lanes.MaxLane(new(Vector128.Max(value._lanes.GetLower(), value._lanes.GetUpper())));

    // All bits of the first lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> First(int count) =>
        Vector256.GreaterThan(Vector256.Create(count), Vector256<int>.Indices).AsSingle();
}
