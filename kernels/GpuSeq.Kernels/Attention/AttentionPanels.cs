using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>
/// How rows are cut into the panels of the micro-kernels: as many of three units as can be, and at the end as many of two
/// as are needed to waste least.
/// </summary>
internal readonly struct PanelCut
{
    private readonly int _unit;
    private readonly int _large;
    private readonly int _small;

    public PanelCut(int rows, int unit)
    {
        _unit = unit;
        var units = (rows + unit - 1) / unit;
        if (units == 1)
            units = 2;
        _small = units % 3 == 0 ? 0 : 3 - units % 3;
        _large = (units - 2 * _small) / 3;
    }

    public int Panels => _large + _small;

    /// <summary>The rows, with those that pad the last panel.</summary>
    public int Padded => _unit * (3 * _large + 2 * _small);

    /// <summary>Units of a panel: 3 or 2.</summary>
    public int Units(int panel) => panel < _large ? 3 : 2;

    /// <summary>The first row of a panel.</summary>
    public int Start(int panel) => _unit * (panel <= _large ? 3 * panel : 3 * _large + 2 * (panel - _large));

    /// <summary>The panel that holds a row.</summary>
    public int PanelOf(int row)
    {
        var unit = row / _unit;
        return unit < 3 * _large ? unit / 3 : _large + (unit - 3 * _large) / 2;
    }
}

/// <summary>Brings rows of heads into the forms that the micro-kernels of attention read, and results back.</summary>
internal static unsafe class AttentionPanels
{
    /// <summary>Packs rows as operand a of products along D: panel by panel [D, rows of the panel].</summary>
    public static void PackRows<TTiles>(float* source, int stride, int rows, int headSize, PanelCut cut, float* target)
        where TTiles : struct, IRegisterTiles
    {
        for (var panel = 0; panel < cut.Panels; panel++)
        {
            var start = cut.Start(panel);
            var width = cut.Units(panel) * TTiles.Unit;
            GemmPacking.Transpose(source + (long)start * stride, stride, rows - start, headSize, target + start * headSize, width);
        }
    }

    /// <summary>Copies rows side by side, as operand a of products along the rows: [rows, padded D], zero beyond D.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static void CopyRows<V>(float* source, int stride, int rows, int headSize, float* target, int padded)
        where V : struct, IVector<V>
    {
        for (var row = 0; row < rows; row++, source += stride, target += padded)
        {
            var d = 0;
            for (; d + V.Count <= headSize; d += V.Count)
                V.Store(V.Load(source + d), target + d);
            for (; d < padded; d++)
                target[d] = d < headSize ? source[d] : 0f;
        }
    }

    /// <summary>Multiplies a vector-wide column panel by a number.</summary>
    [MethodImpl(MicroKernel.Options)]
    public static void Scale<V>(float* values, int count, float factor)
        where V : struct, IVector<V>
    {
        var factors = V.Broadcast(factor);
        for (var i = 0; i < count; i += V.Count)
            V.Store(V.Load(values + i) * factors, values + i);
    }

    /// <summary>
    /// Multiplies panels first to end of operand a by b: c [rows, 2 vectors], which begins with row 0 of the cut.
    /// </summary>
    /// <param name="cut">How the rows of a are cut.</param>
    /// <param name="first">The first panel.</param>
    /// <param name="end">The panel after the last.</param>
    /// <param name="kLength">The length of the sums.</param>
    /// <param name="a">Packed panels, or rows of a row-major matrix side by side.</param>
    /// <param name="aStride">0 for packed panels, else elements from one k to the next.</param>
    /// <param name="b">[kLength, 2 vectors].</param>
    /// <param name="c">[rows, 2 vectors].</param>
    /// <param name="keep">[2 vectors], the factors of what c holds; null where c is not read.</param>
    [MethodImpl(MicroKernel.Options)]
    public static void Multiply<V, TTiles>(
        PanelCut cut, int first, int end, int kLength, float* a, int aStride, float* b, float* c, float* keep = null)
        where V : struct, IVector<V>
        where TTiles : struct, IRegisterTiles
    {
        for (var panel = first; panel < end; panel++)
        {
            var start = cut.Start(panel);
            var units = cut.Units(panel);
            var tile = c + start * 2 * V.Count;
            if (aStride == 0)
                TTiles.Multiply<V>(units, kLength, a + start * kLength, units * TTiles.Unit, b, tile, keep);
            else
                TTiles.Multiply<V>(units, kLength, a + start, aStride, b, tile, keep);
        }
    }

    /// <summary>Transposes [D, width] to rows of a result, or adds it to them.</summary>
    public static void StoreRows(float* source, int width, int rows, int headSize, float* target, int stride, bool accumulate)
    {
        if (!accumulate)
        {
            TransposeBack(source, width, rows, headSize, target, stride);
            return;
        }
        const int Lines = 32; // rows at a time, through memory on the stack
        var buffer = stackalloc float[Lines * GemmTranspose.Lines];
        for (var row = 0; row < rows; row += Lines)
        {
            for (var d = 0; d < headSize; d += GemmTranspose.Lines)
            {
                var lines = Math.Min(GemmTranspose.Lines, headSize - d);
                var count = Math.Min(Lines, rows - row);
                GemmTranspose.Panel(source + d * width + row, width, lines, lines, count, buffer, GemmTranspose.Lines);
                Add(buffer, count, lines, target + (long)row * stride + d, stride);
            }
        }
    }

    private static void TransposeBack(float* source, int width, int rows, int headSize, float* target, int stride)
    {
        for (var d = 0; d < headSize; d += GemmTranspose.Lines)
        {
            var lines = Math.Min(GemmTranspose.Lines, headSize - d);
            GemmTranspose.Panel(source + d * width, width, lines, lines, rows, target + d, stride);
        }
    }

    private static void Add(float* source, int rows, int columns, float* target, int stride)
    {
        for (var row = 0; row < rows; row++, source += GemmTranspose.Lines, target += stride)
        {
            if (columns == Vector256Lanes.Count)
            {
                Vector256Lanes.Store(Vector256Lanes.Load(target) + Vector256Lanes.Load(source), target);
                continue;
            }
            for (var j = 0; j < columns; j++)
                target[j] += source[j];
        }
    }
}
