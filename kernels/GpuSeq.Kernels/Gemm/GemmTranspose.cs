using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>Packs lines of a matrix as columns of a panel: a transposition, by blocks of 8 x 8 in registers where AVX is.</summary>
internal static unsafe class GemmTranspose
{
    /// <summary>How many lines one call takes.</summary>
    public const int Lines = 8;

    /// <summary>
    /// target[k * width + line] = source[line * stride + k]. Lines from present to panelLines repeat the last one: what is computed
    /// of them is not stored.
    /// </summary>
    [MethodImpl(MicroKernel.Options)]
    public static void Panel(float* source, int stride, int present, int panelLines, int kLength, float* target, int width)
    {
        var last = (present - 1L) * stride;
        var k = 0;
        if (Avx.IsSupported)
        {
            // The widths of the micro-kernels: whole blocks of 8, and what 6 and 12 rows leave.
            if (panelLines == 8)
            {
                for (; k + 8 <= kLength; k += 8)
                    Block(8, source + k, stride, last, target + (long)k * width, width);
            }
            else if (panelLines == 6)
            {
                for (; k + 8 <= kLength; k += 8)
                    Block(6, source + k, stride, last, target + (long)k * width, width);
            }
            else if (panelLines == 4)
            {
                for (; k + 8 <= kLength; k += 8)
                    Block(4, source + k, stride, last, target + (long)k * width, width);
            }
        }
        for (; k < kLength; k++)
        {
            var column = target + (long)k * width;
            for (var line = 0; line < panelLines; line++)
                column[line] = source[Math.Min((long)line * stride, last) + k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(int lines, float* source, int stride, long last, float* target, int width)
    {
        var r0 = Vector256.Load(source);
        var r1 = Vector256.Load(source + Math.Min(stride, last));
        var r2 = Vector256.Load(source + Math.Min(2L * stride, last));
        var r3 = Vector256.Load(source + Math.Min(3L * stride, last));
        var r4 = Vector256.Load(lines > 4 ? source + Math.Min(4L * stride, last) : source);
        var r5 = Vector256.Load(lines > 5 ? source + Math.Min(5L * stride, last) : source);
        var r6 = Vector256.Load(lines > 6 ? source + Math.Min(6L * stride, last) : source);
        var r7 = Vector256.Load(lines > 7 ? source + Math.Min(7L * stride, last) : source);
        var t0 = Avx.UnpackLow(r0, r1);
        var t1 = Avx.UnpackHigh(r0, r1);
        var t2 = Avx.UnpackLow(r2, r3);
        var t3 = Avx.UnpackHigh(r2, r3);
        var t4 = Avx.UnpackLow(r4, r5);
        var t5 = Avx.UnpackHigh(r4, r5);
        var t6 = Avx.UnpackLow(r6, r7);
        var t7 = Avx.UnpackHigh(r6, r7);
        r0 = Avx.Shuffle(t0, t2, 0x44);
        r1 = Avx.Shuffle(t0, t2, 0xEE);
        r2 = Avx.Shuffle(t1, t3, 0x44);
        r3 = Avx.Shuffle(t1, t3, 0xEE);
        r4 = Avx.Shuffle(t4, t6, 0x44);
        r5 = Avx.Shuffle(t4, t6, 0xEE);
        r6 = Avx.Shuffle(t5, t7, 0x44);
        r7 = Avx.Shuffle(t5, t7, 0xEE);
        Store(lines, Avx.Permute2x128(r0, r4, 0x20), target);
        Store(lines, Avx.Permute2x128(r1, r5, 0x20), target + width);
        Store(lines, Avx.Permute2x128(r2, r6, 0x20), target + 2L * width);
        Store(lines, Avx.Permute2x128(r3, r7, 0x20), target + 3L * width);
        Store(lines, Avx.Permute2x128(r0, r4, 0x31), target + 4L * width);
        Store(lines, Avx.Permute2x128(r1, r5, 0x31), target + 5L * width);
        Store(lines, Avx.Permute2x128(r2, r6, 0x31), target + 6L * width);
        Store(lines, Avx.Permute2x128(r3, r7, 0x31), target + 7L * width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(int lines, Vector256<float> column, float* target)
    {
        if (lines == 8)
        {
            column.Store(target);
            return;
        }
        column.GetLower().Store(target);
        if (lines == 6)
            *(double*)(target + 4) = column.GetUpper().AsDouble().ToScalar();
    }
}
