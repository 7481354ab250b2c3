using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Pooling on CPUs. A work item computes rows of y, element by element of the windows: each meets many windows, whose results
/// so far lie in vectors. For the gradient, an item has planes of dx to itself and adds windows one after the other.
/// </summary>
internal static unsafe class PoolingRows
{
    private const int Chunk = 256; // windows of a row that are computed together
    private const int ExactInteger = 1 << 24; // places are counted in float32

    /// <summary>Item i computes a block of rows of y.</summary>
    public static void Forward(
        Index1D item, ArrayView<float> x, ArrayView<float> y, ArrayView<int> indices, PoolingArguments arguments) =>
        ForwardRows(item, x, y, indices, arguments);

    /// <summary>Item i computes a block of planes of dx.</summary>
    public static void Backward(
        Index1D item, ArrayView<int> indices, ArrayView<float> dy, ArrayView<float> dx, PoolingArguments arguments) =>
        BackwardPlanes(item, indices, dy, dx, arguments);

    [IntrinsicImplementation]
    public static void ForwardRows(int item, ArrayView<float> x, ArrayView<float> y, ArrayView<int> indices, PoolingArguments arguments)
    {
        var end = (int)Math.Min(((long)item + 1) * arguments.PerItem, (long)arguments.Planes * arguments.OutputHeight);
        for (var row = item * arguments.PerItem; row < end; row++)
        {
            var (plane, i) = Math.DivRem(row, arguments.OutputHeight);
            var source = x.Pointer() + (long)plane * arguments.Height * arguments.Width;
            for (var first = 0; first < arguments.OutputWidth; first += Chunk)
            {
                var place = (long)row * arguments.OutputWidth + first;
                var target = y.Pointer() + place;
                var found = indices.Length > 0 ? indices.Pointer() + place : null;
                var count = Math.Min(Chunk, arguments.OutputWidth - first);
                switch ((SimdWidth)arguments.Bits)
                {
                    case SimdWidth.Bits512:
                        Reduce<Vector512Lanes>(source, target, found, i, first, count, ref arguments);
                        break;
                    case SimdWidth.Bits256:
                        Reduce<Vector256Lanes>(source, target, found, i, first, count, ref arguments);
                        break;
                    default:
                        Reduce<Vector128Lanes>(source, target, found, i, first, count, ref arguments);
                        break;
                }
            }
        }
    }

    [MethodImpl(MicroKernel.Options)]
    [SkipLocalsInit]
    private static void Reduce<TVector>(float* x, float* y, int* indices, int i, int first, int count, ref PoolingArguments a)
        where TVector : struct, IVector<TVector>
    {
        var line = stackalloc float[3 * Chunk]; // the element of each window, the result so far, where it was found
        var results = line + Chunk;
        var places = results + Chunk;
        var neutral = a.IsAverage != 0 ? 0f : float.NegativeInfinity;
        var padded = RowItems.Blocks(count, TVector.Count) * TVector.Count;
        new Span<float>(results, padded).Fill(neutral);
        new Span<float>(places, padded).Fill(-1f);
        for (var u = 0; u < a.KernelHeight; u++)
        {
            var row = i * a.StrideHeight - a.PaddingHeight + u * a.DilationHeight;
            if (row < 0 || row >= a.Height)
                continue;
            for (var v = 0; v < a.KernelWidth; v++)
            {
                var shift = v * a.DilationWidth - a.PaddingWidth;
                var (begin, end) = Inside(shift, first, count, ref a);
                for (var j = 0; j < begin; j++)
                    line[j] = neutral;
                for (var j = end; j < padded; j++)
                    line[j] = neutral;
                var source = x + (long)row * a.Width + (first + begin) * a.StrideWidth + shift;
                for (var j = begin; j < end; j++, source += a.StrideWidth)
                    line[j] = *source;
                if (a.IsAverage != 0)
                    Add<TVector>(line, results, padded);
                else
                    Raise<TVector>(line, results, places, padded, u * a.DilationHeight * a.Width + v * a.DilationWidth);
            }
        }
        if (a.IsAverage != 0)
        {
            for (var j = 0; j < count; j++)
                y[j] = results[j] / a.Divisor(i, first + j);
            return;
        }
        new ReadOnlySpan<float>(results, count).CopyTo(new(y, count));
        var corner = (i * a.StrideHeight - a.PaddingHeight) * a.Width - a.PaddingWidth + first * a.StrideWidth;
        var isExact = (a.KernelHeight - 1L) * a.DilationHeight * a.Width + (a.KernelWidth - 1L) * a.DilationWidth < ExactInteger;
        for (var j = 0; j < count; j++)
        {
            indices[j] = places[j] >= 0 && isExact && !float.IsNaN(y[j])
                ? corner + j * a.StrideWidth + (int)places[j]
                : Find(x, i, first + j, ref a);
        }
    }

    // The windows of a chunk whose element lies inside the image.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int Begin, int End) Inside(int shift, int first, int count, ref PoolingArguments a)
    {
        shift += first * a.StrideWidth;
        if (shift >= 0 && shift + (count - 1) * a.StrideWidth < a.Width)
            return (0, count); // without the divisions, which cost more than a few windows
        var begin = shift >= 0 ? 0 : Math.Min((-shift + a.StrideWidth - 1) / a.StrideWidth, count);
        var end = shift >= a.Width ? 0 : (a.Width - 1 - shift) / a.StrideWidth + 1;
        return (begin, Math.Clamp(end, begin, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVector>(float* line, float* sums, int count)
        where TVector : struct, IVector<TVector>
    {
        for (var j = 0; j < count; j += TVector.Count)
            TVector.Store(TVector.Load(sums + j) + TVector.Load(line + j), sums + j);
    }

    // Keeps the first of what is equal; NaN stays, and its place is looked for at the end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Raise<TVector>(float* line, float* maxima, float* places, int count, float place)
        where TVector : struct, IVector<TVector>
    {
        var here = TVector.Broadcast(place);
        for (var j = 0; j < count; j += TVector.Count)
        {
            var (value, max) = (TVector.Load(line + j), TVector.Load(maxima + j));
            TVector.Store(TVector.Select(TVector.LessThan(max, value), here, TVector.Load(places + j)), places + j);
            TVector.Store(TVector.Max(max, value), maxima + j);
        }
    }

    // Where the largest element of a window stands, for windows with NaN or with nothing above -infinity.
    private static int Find(float* x, int i, int j, ref PoolingArguments a)
    {
        var (index, max) = (-1, float.NegativeInfinity);
        for (var u = 0; u < a.KernelHeight; u++)
        {
            for (var v = 0; v < a.KernelWidth; v++)
            {
                var row = i * a.StrideHeight - a.PaddingHeight + u * a.DilationHeight;
                var column = j * a.StrideWidth - a.PaddingWidth + v * a.DilationWidth;
                if (row < 0 || row >= a.Height || column < 0 || column >= a.Width)
                    continue;
                var value = x[(long)row * a.Width + column];
                if (index < 0 || value > max || float.IsNaN(value))
                    (index, max) = (row * a.Width + column, value);
            }
        }
        return index;
    }

    [IntrinsicImplementation]
    [MethodImpl(MicroKernel.Options)]
    public static void BackwardPlanes(
        int item, ArrayView<int> indices, ArrayView<float> dy, ArrayView<float> dx, PoolingArguments arguments)
    {
        var (pixels, windows) = (arguments.Height * arguments.Width, arguments.OutputHeight * arguments.OutputWidth);
        var end = Math.Min((item + 1) * arguments.PerItem, arguments.Planes);
        for (var plane = item * arguments.PerItem; plane < end; plane++)
        {
            var target = dx.Pointer() + (long)plane * pixels;
            var source = dy.Pointer() + (long)plane * windows;
            if (arguments.Accumulate == 0)
                new Span<float>(target, pixels).Clear();
            if (arguments.IsAverage != 0)
            {
                Spread(source, target, ref arguments);
                continue;
            }
            var index = indices.Pointer() + (long)plane * windows;
            for (var window = 0; window < windows; window++)
            {
                if ((uint)index[window] < (uint)pixels)
                    target[index[window]] += source[window];
            }
        }
    }

    private static void Spread(float* dy, float* dx, ref PoolingArguments a)
    {
        for (var i = 0; i < a.OutputHeight; i++)
        {
            var top = i * a.StrideHeight - a.PaddingHeight;
            var (firstRow, endRow) = (Math.Max(top, 0), Math.Min(top + a.KernelHeight, a.Height));
            for (var j = 0; j < a.OutputWidth; j++)
            {
                var left = j * a.StrideWidth - a.PaddingWidth;
                var (firstColumn, endColumn) = (Math.Max(left, 0), Math.Min(left + a.KernelWidth, a.Width));
                var share = dy[i * a.OutputWidth + j] / a.Divisor(i, j);
                for (var row = firstRow; row < endRow; row++)
                {
                    for (var column = firstColumn; column < endColumn; column++)
                        dx[row * a.Width + column] += share;
                }
            }
        }
    }
}
