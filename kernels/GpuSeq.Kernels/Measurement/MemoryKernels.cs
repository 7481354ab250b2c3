using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels.Measurement;

/// <summary>The ways in which memory is read and written to find the most that it gives.</summary>
public enum MemoryPattern
{
    /// <summary>Reads x.</summary>
    Read,

    /// <summary>y = x. A processor first reads the lines that it writes, which is not counted.</summary>
    Copy,

    /// <summary>y = x with stores that pass the caches by; on GPUs the same as <see cref="Copy"/>.</summary>
    StreamingCopy,

    /// <summary>y = y + x: two are read and one is written in place.</summary>
    Add,
}

/// <summary>Patterns in words.</summary>
public static class MemoryPatterns
{
    /// <summary>What a pattern does.</summary>
    public static string Description(this MemoryPattern pattern) => pattern switch
    {
        MemoryPattern.Read => "reading",
        MemoryPattern.Copy => "copying",
        MemoryPattern.StreamingCopy => "copying with stores that pass the caches by",
        _ => "adding in place",
    };
}

/// <summary>Reads and writes operands far larger than the caches, and does next to nothing with them.</summary>
internal static unsafe class MemoryKernels
{
    /// <summary>The pattern, and how the elements are cut.</summary>
    public struct Arguments
    {
        public FlatCut Cut;
        public int Pattern;
    }

    /// <summary>Bytes that an element moves.</summary>
    public static int BytesPerElement(MemoryPattern pattern) => pattern switch
    {
        MemoryPattern.Read => sizeof(float),
        MemoryPattern.Add => 3 * sizeof(float),
        _ => 2 * sizeof(float),
    };

    /// <summary>Group shape: a lane moves an element. No x is negative, but only the caller knows that.</summary>
    public static void Lane(Index1D i, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        var value = x[i];
        switch ((MemoryPattern)arguments.Pattern)
        {
            case MemoryPattern.Read:
                if (value < 0)
                    y[i] = value;
                break;
            case MemoryPattern.Add:
                y[i] += value;
                break;
            default:
                y[i] = value;
                break;
        }
    }

    /// <summary>Row shape: an item moves a part of the elements.</summary>
    public static void Part(Index1D item, ArrayView<float> x, ArrayView<float> y, Arguments arguments) =>
        Vectors(item.X, x, y, arguments);

    [IntrinsicImplementation]
    public static void Vectors(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        var begin = arguments.Cut.Begin(item);
        var source = x.Pointer() + begin;
        var target = y.Pointer() + begin;
        var length = arguments.Cut.End(item) - begin;
        switch ((SimdWidth)arguments.Cut.Width)
        {
            case SimdWidth.Bits512:
                Move<Vector512Lanes>((MemoryPattern)arguments.Pattern, source, target, length);
                break;
            case SimdWidth.Bits256:
                Move<Vector256Lanes>((MemoryPattern)arguments.Pattern, source, target, length);
                break;
            default:
                Move<Vector128Lanes>((MemoryPattern)arguments.Pattern, source, target, length);
                break;
        }
    }

    private static void Move<TVector>(MemoryPattern pattern, float* x, float* y, nint length)
        where TVector : struct, IVector<TVector>
    {
        switch (pattern)
        {
            case MemoryPattern.Read:
                *y = Read<TVector>(x, length);
                break;
            case MemoryPattern.Copy:
                Copy<TVector>(x, y, length);
                break;
            case MemoryPattern.Add:
                Add<TVector>(x, y, length);
                break;
            default:
                Stream<TVector>(x, y, length);
                break;
        }
    }

    // Lengths are multiples of four vectors of every width.

    [MethodImpl(MicroKernel.Options)]
    private static float Read<TVector>(float* x, nint length)
        where TVector : struct, IVector<TVector>
    {
        TVector a = TVector.Zero, b = a, c = a, d = a;
        for (nint i = 0; i < length; i += 4 * TVector.Count)
        {
            a += TVector.Load(x + i);
            b += TVector.Load(x + i + TVector.Count);
            c += TVector.Load(x + i + 2 * TVector.Count);
            d += TVector.Load(x + i + 3 * TVector.Count);
        }
        return TVector.Sum(a + b + c + d);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Copy<TVector>(float* x, float* y, nint length)
        where TVector : struct, IVector<TVector>
    {
        for (nint i = 0; i < length; i += TVector.Count)
            TVector.Store(TVector.Load(x + i), y + i);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Add<TVector>(float* x, float* y, nint length)
        where TVector : struct, IVector<TVector>
    {
        for (nint i = 0; i < length; i += TVector.Count)
            TVector.Store(TVector.Load(y + i) + TVector.Load(x + i), y + i);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Stream<TVector>(float* x, float* y, nint length)
        where TVector : struct, IVector<TVector>
    {
        // Such stores are aligned, which memory need not be: the first and the last vector are stored as others are.
        TVector.Store(TVector.Load(x), y);
        TVector.Store(TVector.Load(x + length - TVector.Count), y + length - TVector.Count);
        for (var i = (-(nint)y / sizeof(float)) & (TVector.Count - 1); i <= length - TVector.Count; i += TVector.Count)
            TVector.StoreStreaming(TVector.Load(x + i), y + i);
    }
}
