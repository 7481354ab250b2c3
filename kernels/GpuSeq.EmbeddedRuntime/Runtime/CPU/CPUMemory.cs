using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// Where tensors lie in memory, which decides how fast several of them are streamed through at once. Large ones ask for large
/// pages: with pages of 4 KiB much time goes into address translation. And each begins at another place within its pages:
/// streams that keep the same place compete for the same sets of the caches and the same banks of memory (measured, an Adam
/// step over 2^24 parameters: 22 to 13 ms with large pages in one process, 17 in the next; 11 in every one when shifted).
/// </summary>
internal static unsafe partial class CPUMemory
{
    private const int Alignment = 64;
    private const int LargePage = 2 * 1024 * 1024;
    private const int Shift = 4096 + Alignment; // another page and another cache line
    private const int Shifts = 32;
    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    private static int _count;

    /// <summary>Allocates memory that begins on a cache line.</summary>
    /// <param name="bytes">The length.</param>
    /// <param name="block">What <see cref="Free"/> takes.</param>
    /// <exception cref="OutOfMemoryException">There is no such memory.</exception>
    public static nint Allocate(long bytes, out nint block)
    {
        if (bytes < LargePage)
        {
            block = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Alignment);
            return block;
        }
        var shift = (int)((uint)Interlocked.Increment(ref _count) % Shifts * Shift);
        var length = (nuint)(bytes + shift);
        block = (nint)NativeMemory.AlignedAlloc(length, LargePage);
        if (OperatingSystem.IsLinux())
            _ = MAdvise(block, length / LargePage * LargePage, AdviseHugePages); // where it is refused, pages stay small
        return block + shift;
    }

    /// <summary>Frees what was allocated.</summary>
    public static void Free(nint block) => NativeMemory.AlignedFree((void*)block);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(nint address, nuint length, int advice);
}
