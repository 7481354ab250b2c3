namespace GpuSeq.Kernels.Simd;

/// <summary>How a kernel writes its results, as a number that kernels take.</summary>
internal static class Writing
{
    /// <summary>Over what is there, which is not read.</summary>
    public const int Assign = 0;

    /// <summary>Added to what is there.</summary>
    public const int Add = 1;

    /// <summary>
    /// As <see cref="Assign"/>, past the caches: a line need not be read before it is written over, which is a third of the
    /// traffic of a copy. Only where the result could not stay in a cache anyway. The locked instruction that tells other
    /// threads of a work item's end waits for such stores.
    /// </summary>
    public const int Stream = -1;

    private const long LargestCached = 8 << 20; // elements

    /// <summary>How to write a result of a length.</summary>
    public static int Of(KernelLibrary library, long length, bool accumulate) =>
        accumulate ? Add : library.Shape == KernelShape.Row && length > LargestCached ? Stream : Assign;
}
