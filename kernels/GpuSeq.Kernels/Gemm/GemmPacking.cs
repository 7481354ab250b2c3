using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>
/// Packs lines of op(A), or columns of op(B), to a panel [K, width] that a micro-kernel reads front to back. Beyond the edge stands
/// any number: what is computed of it is not stored.
/// </summary>
internal static unsafe class GemmPacking
{
    // The most panels that are packed at once: more would fall on the same lines of the first-level cache.
    private const int Together = 4;

    /// <summary>Packs panels of an operand, one behind the other.</summary>
    /// <param name="source">The operand.</param>
    /// <param name="stride">Elements from one stored row to the next.</param>
    /// <param name="alongK">Whether k runs along the stored rows.</param>
    /// <param name="lines">The number of lines of the operand; the last panel may end beyond.</param>
    /// <param name="line">The first line of the first panel.</param>
    /// <param name="panels">The number of panels.</param>
    /// <param name="k">The first k.</param>
    /// <param name="kLength">How many.</param>
    /// <param name="target">The first panel.</param>
    /// <param name="width">Lines of a panel.</param>
    public static void Panels(
        float* source, int stride, bool alongK, int lines, int line, int panels, int k, int kLength, float* target, int width)
    {
        while (panels > 0)
        {
            var whole = Math.Min((lines - line) / width, panels);
            var count = alongK ? 1 : Math.Clamp(whole, 1, Together); // a panel that ends beyond the edge is packed alone
            var present = Math.Min(width, lines - line);
            if (alongK)
                Transpose(source + (long)line * stride + k, stride, present, kLength, target, width);
            else
                Copy(source + (long)k * stride + line, stride, present, count, kLength, target, width);
            line += count * width;
            target += (long)count * width * kLength;
            panels -= count;
        }
    }

    /// <summary>A part of an operand as it is stored, which is to be packed next.</summary>
    public struct Region
    {
        public float* Source;
        public int Stride;
        public int Rows;
        public int Length; // of a row

        /// <summary>Panels of an operand, as <see cref="Panels"/> takes them.</summary>
        public Region(float* source, int stride, bool alongK, int lines, int line, int panels, int k, int kLength, int width)
        {
            var present = Math.Clamp(lines - line, 0, panels * width);
            Source = source + (alongK ? (long)line * stride + k : (long)k * stride + line);
            Stride = stride;
            (Rows, Length) = alongK ? (present, kLength) : (kLength, present);
        }

        /// <summary>Brings one of several shares to the second-level cache.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Prefetch(int share, int shares)
        {
            const int Line = 16; // elements of a cache line
            if (!Sse.IsSupported)
                return;
            var end = (int)((long)Rows * (share + 1) / shares);
            for (var row = (int)((long)Rows * share / shares); row < end; row++)
            {
                for (var j = 0; j < Length; j += Line)
                    Sse.Prefetch1(Source + (long)row * Stride + j);
            }
        }
    }

    /// <summary>
    /// Packs a panel from a source whose rows run along k: lines of it, at least one, become columns of the panel. Beyond the last
    /// stands some other line.
    /// </summary>
    public static void Transpose(float* source, int stride, int lines, int kLength, float* target, int width)
    {
        for (var line = 0; line < width; line += GemmTranspose.Lines)
        {
            var first = Math.Min(line, lines - 1);
            var present = Math.Clamp(lines - first, 1, GemmTranspose.Lines);
            var panelLines = Math.Min(GemmTranspose.Lines, width - line);
            GemmTranspose.Panel(source + (long)first * stride, stride, present, panelLines, kLength, target + line, width);
        }
    }

    /// <summary>Packs panels from a source whose columns run along k: its rows are copied as they are.</summary>
    public static void Copy(float* source, int stride, int present, int panels, int kLength, float* target, int width)
    {
        switch (present == width ? width : 0)
        {
            case 6:
                CopySix(source, stride, panels, kLength, target);
                break;
            case 8 or 12:
                CopyVectors<Vector128Lanes>(source, stride, panels, kLength, target, width);
                break;
            case 16 or 32:
                CopyVectors<Vector256Lanes>(source, stride, panels, kLength, target, width);
                break;
            default:
                CopyEdge(source, stride, present, kLength, target, width);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void CopySix(float* source, int stride, int panels, int kLength, float* target)
    {
        for (var k = 0; k < kLength; k++, source += stride, target += 6)
        {
            float* from = source, to = target;
            for (var panel = 0; panel < panels; panel++, from += 6, to += 6 * kLength)
            {
                Vector128Lanes.Store(Vector128Lanes.Load(from), to);
                *(double*)(to + 4) = *(double*)(from + 4);
            }
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void CopyVectors<TVector>(float* source, int stride, int panels, int kLength, float* target, int width)
        where TVector : struct, IVector<TVector>
    {
        for (var k = 0; k < kLength; k++, source += stride, target += width)
        {
            for (var panel = 0; panel < panels; panel++)
            {
                var from = source + panel * width;
                var to = target + (long)panel * width * kLength;
                for (var j = 0; j < width; j += TVector.Count)
                    TVector.Store(TVector.Load(from + j), to + j);
            }
        }
    }

    private static void CopyEdge(float* source, int stride, int present, int kLength, float* target, int width)
    {
        for (var k = 0; k < kLength; k++, source += stride, target += width)
        {
            for (var j = 0; j < width; j++)
                target[j] = j < present ? source[j] : 0f;
        }
    }
}
