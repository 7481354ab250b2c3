using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>What elementwise kernels do with one value and a number that all elements share.</summary>
internal enum UnaryOperation
{
    Copy,
    Scale,
    AddScalar,
    Clip,
}

internal interface IUnary
{
    static abstract TVector Apply<TVector>(TVector x, TVector number)
        where TVector : struct, IVector<TVector>;
}

/// <summary>x.</summary>
internal readonly struct CopyOf : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x, V number)
        where V : struct, IVector<V> => x;
}

/// <summary>x times the number.</summary>
internal readonly struct ScaleBy : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x, V number)
        where V : struct, IVector<V> => x * number;
}

/// <summary>x plus the number.</summary>
internal readonly struct AddNumber : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x, V number)
        where V : struct, IVector<V> => x + number;
}

/// <summary>x, but no further from 0 than the number.</summary>
internal readonly struct ClipTo : IUnary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x, V number)
        where V : struct, IVector<V> => V.Clamp(x, V.Zero - number, number);
}
