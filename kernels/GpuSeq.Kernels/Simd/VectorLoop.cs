using System.Runtime.CompilerServices;

namespace GpuSeq.Kernels.Simd;

/// <summary>What an elementwise kernel does with one vector of elements.</summary>
internal interface IVectorStep
{
    /// <summary>Handles elements i to i + count - 1; count is the number of lanes or, at the end of a range, less.</summary>
    void Step<TVector>(nint i, int count)
        where TVector : struct, IVector<TVector>;
}

/// <summary>How a flat range of elements is cut into work items of equal length; a short range is one item.</summary>
internal struct FlatCut(KernelLibrary library, long length, int itemLength)
{
    public long Length = length;
    public int ItemLength = itemLength;
    public int Width = (int)library.Width; // bits of the vectors

    public readonly int Items => checked((int)((Length + ItemLength - 1) / ItemLength));

    public readonly nint Begin(int item) => (nint)item * ItemLength;

    public readonly nint End(int item) => (nint)Math.Min(Length, ((long)item + 1) * ItemLength);
}

/// <summary>Runs ranges of elements through vectors of a width.</summary>
internal static class VectorLoop
{
    /// <summary>Runs one work item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TStep>(TStep step, int item, FlatCut cut)
        where TStep : struct, IVectorStep => Run(step, cut.Begin(item), cut.End(item), cut.Width);

    /// <summary>Runs a range of elements.</summary>
    public static void Run<TStep>(TStep step, nint begin, nint end, int width)
        where TStep : struct, IVectorStep
    {
        switch ((SimdWidth)width)
        {
            case SimdWidth.Bits512:
                Run<Vector512Lanes, TStep>(step, begin, end);
                break;
            case SimdWidth.Bits256:
                Run<Vector256Lanes, TStep>(step, begin, end);
                break;
            default:
                Run<Vector128Lanes, TStep>(step, begin, end);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Run<TVector, TStep>(TStep step, nint begin, nint end)
        where TVector : struct, IVector<TVector>
        where TStep : struct, IVectorStep
    {
        var i = begin;
        for (; i + TVector.Count <= end; i += TVector.Count)
            step.Step<TVector>(i, TVector.Count);
        if (i < end)
            step.Step<TVector>(i, (int)(end - i));
    }
}
