using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// General matrix product: C = activation(alpha op(A) op(B) + beta C + bias) + residual,
/// op(A) [M, K], op(B) [K, N], C [M, N], bias [N], residual laid out as C.
/// </summary>
public sealed class Gemm
{
    private readonly KernelLibrary _library;
    private readonly GemmRows? _rows;
    private readonly GemmTiled? _tiled;

    internal Gemm(KernelLibrary library)
    {
        _library = library;
        if (library.Shape == KernelShape.Row)
            _rows = new GemmRows(library);
        else
            _tiled = new GemmTiled(library);
    }

    /// <summary>Multiplies.</summary>
    /// <param name="shape">Sizes, layouts, factors and activation.</param>
    /// <param name="a">[M, K], or [K, M] when transposed.</param>
    /// <param name="b">[K, N], or [N, K] when transposed.</param>
    /// <param name="c">[M, N].</param>
    /// <param name="bias">[N], or empty for none.</param>
    /// <param name="residual">[M, N] laid out as C, added after the activation; or empty for none.</param>
    /// <exception cref="ArgumentException">An operand is shorter than its shape, or a leading dimension shorter than its row.</exception>
    public void Multiply(
        GemmShape shape, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias = default, ArrayView<float> residual = default)
    {
        var gemm = new GemmArguments(shape, GemmBatch.One);
        Check(shape, gemm, a.Length, b.Length, c.Length, bias.Length, residual.Length);
        Launch(gemm, new(a, b, c, bias, residual));
    }

    /// <summary>Multiplies many operands of one shape, which lie evenly spaced.</summary>
    /// <param name="shape">Sizes, layouts, factors and activation of every product.</param>
    /// <param name="batch">The number of products and how far apart their operands lie.</param>
    /// <param name="a">[M, K] for each product, or [K, M] when transposed.</param>
    /// <param name="b">[K, N] for each product, or [N, K] when transposed.</param>
    /// <param name="c">[M, N] for each product.</param>
    /// <param name="bias">[N], the same for all products; or empty for none.</param>
    /// <param name="residual">[M, N] for each product laid out as C; or empty for none.</param>
    /// <exception cref="ArgumentException">An operand is shorter than its shape, or products would write over each other.</exception>
    public void Multiply(
        GemmShape shape, GemmBatch batch, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias = default, ArrayView<float> residual = default)
    {
        var gemm = new GemmArguments(shape, batch);
        if (batch.Count < 0 || batch.Inner < 1 || batch.Count % batch.Inner != 0)
            throw new ArgumentException($"Gemm {batch} {shape}: {batch.Count} products are no groups of {batch.Inner}.", nameof(batch));
        if (batch.Count == 0 || (long)shape.M * shape.N == 0)
            return;
        var (groups, inner) = (batch.Count / batch.Inner, batch.Inner);
        if ((groups > 1 && batch.StrideC == 0) || (inner > 1 && batch.InnerStrideC == 0))
            throw new ArgumentException($"Gemm {batch} {shape}: products would write to the same C.", nameof(batch));
        var lastA = Last("A", batch.StrideA, batch.InnerStrideA);
        var lastB = Last("B", batch.StrideB, batch.InnerStrideB);
        var lastC = Last("C", batch.StrideC, batch.InnerStrideC);
        // What the last product finds.
        Check(
            shape, gemm, a.Length - lastA, b.Length - lastB, c.Length - lastC, bias.Length,
            residual.Length == 0 ? 0 : Math.Max(1, residual.Length - lastC));
        Launch(gemm, new(a, b, c, bias, residual));

        long Last(string name, long stride, long innerStride) => stride < 0 || innerStride < 0
            ? throw new ArgumentException($"Gemm {shape}: {name} has a negative stride between products.", nameof(batch))
            : (groups - 1) * stride + (inner - 1) * innerStride;
    }

    /// <summary>Multiplies many operands of one shape, which lie anywhere.</summary>
    /// <param name="shape">Sizes, layouts, factors and activation of every product.</param>
    /// <param name="offsets">
    /// [products, 3]: the elements at which A, B and C of each begin, the residual as C. They are not checked; no two C may overlap.
    /// </param>
    /// <param name="a">What holds every A.</param>
    /// <param name="b">What holds every B.</param>
    /// <param name="c">What holds every C.</param>
    /// <param name="bias">[N], the same for all products; or empty for none.</param>
    /// <param name="residual">What holds every residual, laid out as C; or empty for none.</param>
    /// <exception cref="ArgumentException">There are not three offsets for each product, or an operand is shorter than one.</exception>
    public void Multiply(
        GemmShape shape, ArrayView<int> offsets, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c,
        ArrayView<float> bias = default, ArrayView<float> residual = default)
    {
        var gemm = new GemmArguments(shape, new GemmBatch(checked((int)(offsets.Length / 3))));
        if (offsets.Length % 3 != 0)
            throw new ArgumentException($"Gemm {shape}: {offsets.Length} offsets are not three for each product.", nameof(offsets));
        if (offsets.Length == 0)
            return;
        Check(shape, gemm, a.Length, b.Length, c.Length, bias.Length, residual.Length);
        Launch(gemm, new(a, b, c, bias, residual, offsets));
    }

    /// <summary>Prepares op(B) for products with many A, such as the steps of a recurrent layer.</summary>
    /// <param name="b">[K, N], or [N, K] when transposed; it must not change while the packed form is in use.</param>
    /// <param name="n">Columns of op(B).</param>
    /// <param name="k">Rows of op(B).</param>
    /// <param name="transposeB">Whether B is stored as [N, K].</param>
    /// <param name="ldb">Elements from one stored row of B to the next; 0 means that rows lie side by side.</param>
    /// <returns>The packed matrix, to be disposed after the last product.</returns>
    public PackedMatrix Pack(ArrayView<float> b, int n, int k, bool transposeB, int ldb = 0)
    {
        var shape = new GemmShape(1, n, k) { TransposeB = transposeB, Ldb = ldb };
        var gemm = new GemmArguments(shape, GemmBatch.One);
        CheckOperand(shape, "B", b.Length, transposeB ? n : k, transposeB ? k : n, gemm.Ldb);
        if (_rows is null || (long)n * k == 0)
            return new(b, n, k, transposeB, gemm.Ldb, null, default);
        var length = GemmCuts.PackedB(gemm, _library.Width);
        var memory = _library.Pool.Rent(length * sizeof(float));
        var panels = memory.View<float>(length);
        _rows.Pack(gemm, b, panels);
        return new(b, n, k, transposeB, gemm.Ldb, memory, panels);
    }

    /// <summary>Multiplies by a packed matrix.</summary>
    /// <param name="shape">Sizes, layout of A, factors and activation; what it says of B must be what was packed.</param>
    /// <param name="a">[M, K], or [K, M] when transposed.</param>
    /// <param name="b">The packed op(B), [K, N].</param>
    /// <param name="c">[M, N].</param>
    /// <param name="bias">[N], or empty for none.</param>
    /// <param name="residual">[M, N] laid out as C, or empty for none.</param>
    /// <exception cref="ArgumentException">An operand does not fit the shape.</exception>
    public void Multiply(
        GemmShape shape, ArrayView<float> a, in PackedMatrix b, ArrayView<float> c,
        ArrayView<float> bias = default, ArrayView<float> residual = default)
    {
        if (b.N != shape.N || b.K != shape.K || b.TransposeB != shape.TransposeB)
            throw new ArgumentException($"Gemm {shape}: the packed matrix is {(b.TransposeB ? "t " : "")}{b.K}x{b.N}.", nameof(b));
        if (_rows is null || b.Panels.Length == 0 || shape.M <= GemmRows.UnpackedRows)
        {
            Multiply(shape with { Ldb = b.Ldb }, a, b.Source, c, bias, residual);
            return;
        }
        var gemm = new GemmArguments(shape, GemmBatch.One) { Ldb = b.Ldb };
        Check(shape, gemm, a.Length, b.Source.Length, c.Length, bias.Length, residual.Length);
        _rows.MultiplyPacked(gemm, new(a, b.Source, c, bias, residual), b.Panels);
    }

    private void Launch(GemmArguments gemm, in GemmOperands operands)
    {
        if (gemm.M == 0 || gemm.N == 0)
            return;
        if (_rows is not null)
            _rows.Multiply(gemm, operands);
        else
            _tiled!.Multiply(gemm, operands);
    }

    private static void Check(GemmShape shape, GemmArguments gemm, long a, long b, long c, long bias, long residual)
    {
        if (shape.M < 0 || shape.N < 0 || shape.K < 0)
            throw new ArgumentException($"Gemm {shape}: sizes must not be negative.", nameof(shape));
        CheckOperand(shape, "A", a, shape.TransposeA ? shape.K : shape.M, shape.TransposeA ? shape.M : shape.K, gemm.Lda);
        CheckOperand(shape, "B", b, shape.TransposeB ? shape.N : shape.K, shape.TransposeB ? shape.K : shape.N, gemm.Ldb);
        CheckOperand(shape, "C", c, shape.M, shape.N, gemm.Ldc);
        if (residual > 0)
            CheckOperand(shape, "residual", residual, shape.M, shape.N, gemm.Ldc);
        if (bias > 0 && bias < shape.N)
            throw new ArgumentException($"Gemm {shape}: the bias has {bias} elements for {shape.N} columns.", nameof(bias));
    }

    private static void CheckOperand(GemmShape shape, string name, long length, int rows, int columns, int stride)
    {
        length = Math.Max(0, length);
        if (stride < columns && rows > 1)
            throw new ArgumentException($"Gemm {shape}: {name} has rows of {columns} elements, but one begins every {stride}.");
        var needed = rows == 0 || columns == 0 ? 0 : (long)(rows - 1) * stride + columns;
        if (length < needed)
            throw new ArgumentException($"Gemm {shape}: {name} has {length} elements and needs {needed}.");
    }
}
