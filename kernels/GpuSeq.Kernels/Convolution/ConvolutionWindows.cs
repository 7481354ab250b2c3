using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>Elements that lie side by side in a tensor and in a panel.</summary>
internal struct ConvolutionRun
{
    public int From; // in the tensor
    public int To; // in a line of the panel
    public int Length;
}

/// <summary>
/// The matrix of windows [inputs KH KW, B OH OW] of an x that is padded already: line (c, u, v) has, for each position, the
/// element of channel c that row u and column v of the weight meet.
/// </summary>
internal static unsafe class ConvolutionWindows
{
    /// <summary>Where the elements that line 0 has at a range of positions lie in x.</summary>
    /// <returns>The number of runs, at most that of positions.</returns>
    public static int Inputs(ref ConvolutionArguments a, int first, int count, ConvolutionRun* runs)
    {
        // Windows that fill the width follow each other in memory.
        var isDense = a.StrideHeight == 1 && a.StrideWidth == 1 && a.OutputWidth == a.Width;
        var (rows, columns) = isDense ? (1, a.Positions) : (a.OutputHeight, a.OutputWidth);
        return Cut(first, count, rows, columns, a.Groups * a.Inputs * a.Height * a.Width, a.StrideHeight * a.Width, a.StrideWidth, runs);
    }

    /// <summary>Where a range of positions of channel 0 lies in y.</summary>
    /// <returns>The number of runs: one for each image.</returns>
    public static int Outputs(ref ConvolutionArguments a, int first, int count, ConvolutionRun* runs) =>
        Cut(first, count, 1, a.Positions, a.Groups * a.Outputs * a.Positions, 0, 1, runs);

    /// <summary>Writes lines of the matrix at the positions of runs, and up to a vector less one beyond them.</summary>
    /// <param name="x">The first channel of the group.</param>
    /// <param name="length">Elements from there to the end of x.</param>
    /// <param name="runs">The positions.</param>
    /// <param name="count">The number of runs.</param>
    /// <param name="firstLine">The first line.</param>
    /// <param name="lines">The number of lines.</param>
    /// <param name="target">[lines, width], and a vector behind.</param>
    /// <param name="width">Elements from one line to the next.</param>
    /// <param name="a">The convolution.</param>
    [MethodImpl(MicroKernel.Options)]
    public static void Copy<TVector>(
        float* x, long length, ConvolutionRun* runs, int count, int firstLine, int lines, float* target, int width,
        ref ConvolutionArguments a)
        where TVector : struct, IVector<TVector>
    {
        var (channel, tap) = Math.DivRem(firstLine, a.Taps);
        var (u, v) = Math.DivRem(tap, a.KernelWidth);
        // The last run of the last line; rows that end in whole vectors are copied fastest, where x does not end before them.
        var furthest = runs[count - 1].From + runs[count - 1].Length + TVector.Count
            + ((long)((firstLine + lines) / a.Taps) * a.Height + (a.KernelHeight - 1) * a.DilationHeight) * a.Width
            + (a.KernelWidth - 1) * a.DilationWidth;
        var isInside = furthest <= length;
        for (var line = 0; line < lines; line++, target += width)
        {
            var source = x + ((long)channel * a.Height + u * a.DilationHeight) * a.Width + v * a.DilationWidth;
            for (var run = runs; run < runs + count; run++)
            {
                if (a.StrideWidth != 1)
                    CopyStrided(source + run->From, a.StrideWidth, target + run->To, run->Length);
                else if (isInside)
                    CopyVectors<TVector>(source + run->From, target + run->To, run->Length);
                else
                    VectorMath.Copy<TVector>(source + run->From, target + run->To, run->Length);
            }
            if (++v < a.KernelWidth)
                continue;
            v = 0;
            if (++u < a.KernelHeight)
                continue;
            u = 0;
            channel++;
        }
    }

    // What is written beyond the end is written again: runs and lines follow each other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyVectors<TVector>(float* source, float* target, int count)
        where TVector : struct, IVector<TVector>
    {
        for (var i = 0; i < count; i += TVector.Count)
            TVector.Store(TVector.Load(source + i), target + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyStrided(float* source, int stride, float* target, int count)
    {
        for (var i = 0; i < count; i++, source += stride)
            target[i] = *source;
    }

    private static int Cut(int first, int count, int rows, int columns, int imageStep, int rowStep, int columnStep, ConvolutionRun* runs)
    {
        var (image, position) = Math.DivRem(first, rows * columns);
        var (row, column) = Math.DivRem(position, columns);
        var number = 0;
        for (var done = 0; done < count; number++)
        {
            var length = Math.Min(count - done, columns - column);
            runs[number] = new() { From = image * imageStep + row * rowStep + column * columnStep, To = done, Length = length };
            done += length;
            column = 0;
            if (++row < rows)
                continue;
            row = 0;
            image++;
        }
        return number;
    }
}
