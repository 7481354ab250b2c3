using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuSeq.Kernels.Simd;

/// <summary>Sixteen float32 lanes in 512 bits.</summary>
internal unsafe struct Vector512Lanes(Vector512<float> lanes) : IVector<Vector512Lanes>
{
    private const int Half = 8;

    private Vector512<float> _lanes = lanes;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<float>.Count;
    }

    public static Vector512Lanes Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<float>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes LoadFirst(float* source, int count, float filler)
    {
        if (!Avx.IsSupported)
            return VectorMath.LoadTail<Vector512Lanes>(source, count, filler);
        var first = First(count);
        var lanes = Vector512.Create(Avx.MaskLoad(source, first.GetLower()), Avx.MaskLoad(source + Half, first.GetUpper()));
        return new(Vector512.ConditionalSelect(first, lanes, Vector512.Create(filler)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes LoadBFloat16(ushort* source)
    {
        var halves = Vector256.Load(source).ToVector512Unsafe();
        return new((Vector512.WidenLower(halves) << 16).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes LoadInt8(sbyte* source)
    {
        var bytes = Vector128.Load(source).ToVector256Unsafe();
        return new(Vector512.ConvertToSingle(Vector512.WidenLower(Vector256.WidenLower(bytes).ToVector512Unsafe())));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512Lanes value, float* target) => value._lanes.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Vector512Lanes value, float* target, int count)
    {
        if (!Avx.IsSupported)
        {
            VectorMath.StoreTail(value, target, count);
            return;
        }
        var first = First(count);
        Avx.MaskStore(target, first.GetLower(), value._lanes.GetLower());
        Avx.MaskStore(target + Half, first.GetUpper(), value._lanes.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreStreaming(Vector512Lanes value, float* target) => value._lanes.StoreAlignedNonTemporal(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes operator +(Vector512Lanes left, Vector512Lanes right) => new(left._lanes + right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes operator -(Vector512Lanes left, Vector512Lanes right) => new(left._lanes - right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes operator *(Vector512Lanes left, Vector512Lanes right) => new(left._lanes * right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes operator /(Vector512Lanes left, Vector512Lanes right) => new(left._lanes / right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes MultiplyAdd(Vector512Lanes a, Vector512Lanes b, Vector512Lanes c) =>
        new(Vector512.MultiplyAddEstimate(a._lanes, b._lanes, c._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Vector512Lanes sum, Vector512Lanes a, Vector512Lanes b) =>
        sum._lanes = Vector512.MultiplyAddEstimate(a._lanes, b._lanes, sum._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Min(Vector512Lanes left, Vector512Lanes right) => new(Vector512.Min(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Max(Vector512Lanes left, Vector512Lanes right) => new(Vector512.Max(left._lanes, right._lanes));

    // Of two operands of which one is NaN, x86 gives the second.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes MaxNumber(Vector512Lanes left, Vector512Lanes right) =>
        new(Vector512.MaxNative(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Clamp(Vector512Lanes value, Vector512Lanes low, Vector512Lanes high) =>
        new(Vector512.MinNative(high._lanes, Vector512.MaxNative(low._lanes, value._lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Abs(Vector512Lanes value) => new(Vector512.Abs(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Sqrt(Vector512Lanes value) => new(Vector512.Sqrt(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Round(Vector512Lanes value) => new(Vector512.Round(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes LessThan(Vector512Lanes left, Vector512Lanes right) =>
        new(Vector512.LessThan(left._lanes, right._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Select(Vector512Lanes mask, Vector512Lanes yes, Vector512Lanes no) =>
        new(Vector512.ConditionalSelect(mask._lanes, yes._lanes, no._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes LoadMask(int* source) =>
        new((~Vector512.Equals(Vector512.Load(source), Vector512<int>.Zero)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes CopySign(Vector512Lanes magnitude, Vector512Lanes sign) =>
        new(Vector512.CopySign(magnitude._lanes, sign._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes ScaleByPowerOfTwo(Vector512Lanes value, Vector512Lanes exponent) =>
        new((value._lanes.AsInt32() + (Vector512.ConvertToInt32Native(exponent._lanes) << 23)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes PowerOfTwo(Vector512Lanes biased) => new((biased._lanes.AsInt32() << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes Exponent(Vector512Lanes value) =>
        new(Vector512.ConvertToSingle((value._lanes.AsInt32() - Vector512.Create(FloatBits.SqrtOfHalf)) >> 23));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512Lanes LoadUnit(uint* words) =>
        new(Vector512.ConvertToSingle((Vector512.Load(words) >>> 8).AsInt32()) * Vector512.Create(FloatBits.UnitStep));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512Lanes value) => Vector256Lanes.Sum(new(value._lanes.GetLower() + value._lanes.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Vector512Lanes value) =>
        Vector256Lanes.MaxLane(new(Vector256.Max(value._lanes.GetLower(), value._lanes.GetUpper())));

    // All bits of the first lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> First(int count) =>
        Vector512.GreaterThan(Vector512.Create(count), Vector512<int>.Indices).AsSingle();
}
