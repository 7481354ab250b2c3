using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>How the elements of a <see cref="LowPrecisionMatrix"/> become float32, scales apart.</summary>
internal unsafe interface IWeightFormat<TElement>
    where TElement : unmanaged
{
    static abstract float Widen(TElement element);

    static abstract TVector Load<TVector>(TElement* source)
        where TVector : struct, IVector<TVector>;
}

/// <summary>bfloat16: the upper half of a float32, rounded to the nearest, ties to even.</summary>
internal readonly unsafe struct BFloat16Format : IWeightFormat<ushort>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Widen(ushort element) => Interop.IntAsFloat((uint)element << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector>(ushort* source)
        where TVector : struct, IVector<TVector> => TVector.LoadBFloat16(source);

    /// <summary>The nearest bfloat16; NaN stays NaN, and what is too large becomes infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Narrow(float value)
    {
        var bits = Interop.FloatAsInt(value);
        if (XMath.IsNaN(value))
            return (ushort)(bits >> 16 | 0x40u); // quiet, so that the bits that are left say NaN
        return (ushort)(bits + 0x7FFFu + (bits >> 16 & 1u) >> 16);
    }
}

/// <summary>Whole numbers from -127 to 127, to be multiplied by their row's scale.</summary>
internal readonly unsafe struct Int8Format : IWeightFormat<sbyte>
{
    /// <summary>The largest magnitude.</summary>
    public const float Largest = 127f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Widen(sbyte element) => element;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector>(sbyte* source)
        where TVector : struct, IVector<TVector> => TVector.LoadInt8(source);

    /// <summary>The nearest number of a weight; 0 where the scale is 0 or not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static sbyte Narrow(float value, float scale)
    {
        if (!(scale > 0f && scale <= float.MaxValue))
            return 0;
        return (sbyte)(int)XMath.Clamp(XMath.RoundToEven(value / scale), -Largest, Largest);
    }
}
