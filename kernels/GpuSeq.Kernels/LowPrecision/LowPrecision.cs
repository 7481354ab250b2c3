using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Weights in fewer bits, for inference: bfloat16, or int8 with a scale for each row, scale = max |w| / 127 (Dettmers et al. 2022,
/// section 2.1, absmax by rows). Arithmetic stays float32: C = activation(A W^T + bias) + residual, A [M, K], W [N, K], C [M, N].
/// </summary>
public sealed class LowPrecision
{
    private const int ItemElements = 64 * 1024; // of W: as many bytes as items of float32 have, or fewer
    private const int WidenedElements = 4 << 20; // of W at once, where M is large

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<ushort>> _toBFloat16;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<sbyte>, ArrayView<float>, int> _toInt8;
    private readonly FormatKernels<ushort, BFloat16Format> _bfloat16;
    private readonly FormatKernels<sbyte, Int8Format> _int8;

    internal LowPrecision(KernelLibrary library)
    {
        _library = library;
        _toBFloat16 = library.LoadKernel<ArrayView<float>, ArrayView<ushort>>(LowPrecisionConversion.ToBFloat16);
        _toInt8 = library.LoadKernel<ArrayView<float>, ArrayView<sbyte>, ArrayView<float>, int>(LowPrecisionConversion.ToInt8);
        (_bfloat16, _int8) = (new(library), new(library));
    }

    /// <summary>y = x as bfloat16, rounded to the nearest, ties to even.</summary>
    /// <param name="x">[N].</param>
    /// <param name="y">[N].</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void ToBFloat16(ArrayView<float> x, ArrayView<ushort> y)
    {
        if (y.Length != x.Length)
            throw SizeMismatch.Between("ToBFloat16", "y", y.Length, "x", x.Length);
        if (x.Length > 0)
            _toBFloat16(x.IntLength, x, y);
    }

    /// <summary>
    /// scale[r] = max |x[r]| / 127, y[r] = x[r] / scale[r], rounded to the nearest, ties to even. A row that holds infinity or NaN
    /// has that as its scale, and zeros.
    /// </summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[rows, columns].</param>
    /// <param name="scales">[rows].</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The length of a row.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void ToInt8(ArrayView<float> x, ArrayView<sbyte> y, ArrayView<float> scales, int rows, int columns)
    {
        if (rows < 0 || columns < 0 || x.Length != (long)rows * columns)
            throw SizeMismatch.Of("ToInt8", "x", x.Length, $"[{rows}, {columns}]");
        if (y.Length != x.Length)
            throw SizeMismatch.Between("ToInt8", "y", y.Length, "x", x.Length);
        if (scales.Length != rows)
            throw SizeMismatch.Of("ToInt8", "scales", scales.Length, $"[{rows}]");
        if (rows > 0)
            _toInt8(rows, x, y, scales, columns);
    }

    /// <summary>y = the matrix in float32.</summary>
    /// <param name="matrix">[rows, columns].</param>
    /// <param name="y">[rows, columns].</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void Widen(in LowPrecisionMatrix matrix, ArrayView<float> y)
    {
        matrix.Check("Widen");
        if (y.Length != (long)matrix.Rows * matrix.Columns)
            throw SizeMismatch.Of("Widen", "y", y.Length, $"[{matrix.Rows}, {matrix.Columns}]");
        LaunchWiden(matrix, default, matrix.Rows, y);
    }

    /// <summary>y[i] = row ids[i] of the matrix in float32; ids outside it are errors as in <see cref="Embedding"/>.</summary>
    /// <param name="matrix">[V, C].</param>
    /// <param name="ids">[n], each from 0 to V, exclusively.</param>
    /// <param name="y">[n, C].</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void LookUp(in LowPrecisionMatrix matrix, ArrayView<int> ids, ArrayView<float> y)
    {
        matrix.Check("LookUp");
        if (y.Length != ids.Length * matrix.Columns || y.Length > int.MaxValue)
            throw SizeMismatch.Of("LookUp", "y", y.Length, $"[{ids.Length}, {matrix.Columns}]");
        if (ids.Length > 0)
            LaunchWiden(matrix, ids, ids.IntLength, y);
    }

    /// <summary>C = activation(A W^T + bias) + residual.</summary>
    /// <param name="m">M.</param>
    /// <param name="a">[M, K].</param>
    /// <param name="weight">W [N, K].</param>
    /// <param name="c">[M, N].</param>
    /// <param name="bias">[N], or empty for none.</param>
    /// <param name="residual">[M, N], or empty for none.</param>
    /// <param name="activation">What is applied to the sums.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other.</exception>
    public void Multiply(
        int m, ArrayView<float> a, in LowPrecisionMatrix weight, ArrayView<float> c, ArrayView<float> bias = default,
        ArrayView<float> residual = default, Activation activation = Activation.None)
    {
        weight.Check("Multiply");
        var (n, k) = (weight.Rows, weight.Columns);
        if (m < 0 || a.Length != (long)m * k)
            throw SizeMismatch.Of("Multiply", "A", a.Length, $"[{m}, {k}]");
        if (c.Length != (long)m * n)
            throw SizeMismatch.Of("Multiply", "C", c.Length, $"[{m}, {n}]");
        if (bias.Length != 0 && bias.Length != n)
            throw SizeMismatch.Of("Multiply", "bias", bias.Length, $"[{n}] or empty");
        if (residual.Length != 0 && residual.Length != c.Length)
            throw SizeMismatch.Of("Multiply", "residual", residual.Length, $"[{m}, {n}] or empty");
        var shape = new GemmShape(m, n, k) { TransposeB = true, Activation = activation };
        if (c.Length == 0)
            return;
        if (m > LowPrecisionRows.MaxRows || k == 0)
            MultiplyWidened(shape, a, weight, c, bias, residual);
        else if (weight.IsInt8)
            _int8.Multiply(shape, a, weight.Int8, weight.Scales, c, bias, residual);
        else
            _bfloat16.Multiply(shape, a, weight.BFloat16, default, c, bias, residual);
    }

    // W goes through a piece of float32 memory that is small beside it.
    private void MultiplyWidened(
        GemmShape shape, ArrayView<float> a, in LowPrecisionMatrix weight, ArrayView<float> c, ArrayView<float> bias,
        ArrayView<float> residual)
    {
        var rows = Math.Clamp(WidenedElements / Math.Max(1, shape.K), 1, shape.N);
        using var memory = _library.Pool.Rent((long)rows * shape.K * sizeof(float));
        for (var first = 0; first < shape.N; first += rows)
        {
            var count = Math.Min(rows, shape.N - first);
            var widened = memory.View<float>((long)count * shape.K);
            LaunchWiden(weight.Part(first, count), default, count, widened);
            var part = new GemmShape(shape.M, count, shape.K) { TransposeB = true, Activation = shape.Activation, Ldc = shape.N };
            _library.Gemm.Multiply(
                part, a, widened, c.From(first), bias.Length > 0 ? bias.Part(first, count) : default,
                residual.Length > 0 ? residual.From(first) : default);
        }
    }

    private void LaunchWiden(in LowPrecisionMatrix matrix, ArrayView<int> ids, int targets, ArrayView<float> y)
    {
        if (y.Length == 0)
            return;
        var arguments = new LowPrecisionConversion.Arguments
        {
            Rows = matrix.Rows,
            Columns = matrix.Columns,
            Targets = targets,
            RowsPerItem = RowItems.RowsPerItem(targets, matrix.Columns, RowItems.Moves),
            Width = (int)_library.Width,
        };
        if (matrix.IsInt8)
            _int8.Widen(matrix.Int8, matrix.Scales, ids, y, arguments);
        else
            _bfloat16.Widen(matrix.BFloat16, default, ids, y, arguments);
    }

    /// <summary>The kernels that read one format.</summary>
    private sealed class FormatKernels<TElement, TFormat>
        where TElement : unmanaged
        where TFormat : struct, IWeightFormat<TElement>
    {
        private readonly KernelLibrary _library;
        private readonly Action<Index1D, ArrayView<TElement>, ArrayView<float>, ArrayView<int>, ArrayView<float>,
            LowPrecisionConversion.Arguments> _widen;
        private readonly Action<Index1D, ArrayView<float>, ArrayView<TElement>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, LowPrecisionRows.Cut>? _rows;
        private readonly Action<KernelConfig, ArrayView<float>, ArrayView<TElement>, ArrayView<float>, ArrayView<float>,
            ArrayView<float>, ArrayView<float>, GemmArguments>? _column;

        public FormatKernels(KernelLibrary library)
        {
            _library = library;
            var isRow = library.Shape == KernelShape.Row;
            _widen = library.LoadKernel<ArrayView<TElement>, ArrayView<float>, ArrayView<int>, ArrayView<float>, LowPrecisionConversion.Arguments>(
                isRow ? LowPrecisionConversion.WidenPart<TElement, TFormat> : LowPrecisionConversion.WidenLane<TElement, TFormat>);
            if (isRow)
            {
                _rows = library.LoadKernel<ArrayView<float>, ArrayView<TElement>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
                    ArrayView<float>, LowPrecisionRows.Cut>(LowPrecisionRows.Multiply<TElement, TFormat>);
            }
            else
            {
                _column = library.LoadGroupKernel<ArrayView<float>, ArrayView<TElement>, ArrayView<float>, ArrayView<float>,
                    ArrayView<float>, ArrayView<float>, GemmArguments>(LowPrecisionGroups.Column<TElement, TFormat>);
            }
        }

        public void Widen(
            ArrayView<TElement> x, ArrayView<float> scales, ArrayView<int> ids, ArrayView<float> y,
            LowPrecisionConversion.Arguments arguments)
        {
            var items = _rows is not null ? RowItems.Blocks(arguments.Targets, arguments.RowsPerItem) : y.IntLength;
            _widen(items, x, scales, ids, y, arguments);
        }

        public void Multiply(
            GemmShape shape, ArrayView<float> a, ArrayView<TElement> weights, ArrayView<float> scales, ArrayView<float> c,
            ArrayView<float> bias, ArrayView<float> residual)
        {
            var gemm = new GemmArguments(shape, GemmBatch.One);
            if (_rows is null)
            {
                _column!(new KernelConfig(gemm.N, GroupReduce.Lanes), a, weights, scales, c, bias, residual, gemm);
                return;
            }
            var cut = new LowPrecisionRows.Cut
            {
                Gemm = gemm,
                Width = (int)_library.Width,
                ColumnsPerItem = Math.Clamp(ItemElements / gemm.K / 4 * 4, 4, LowPrecisionRows.MaxColumns),
            };
            _rows(RowItems.Blocks(gemm.N, cut.ColumnsPerItem), a, weights, scales, c, bias, residual, cut);
        }
    }
}
