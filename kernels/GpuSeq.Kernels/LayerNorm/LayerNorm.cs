using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Layer normalisation (Ba, Kiros and Hinton, 2016): y = h gamma + beta with h = (x - mean) rstd, the mean and
/// rstd = 1 / sqrt(variance + eps) of each row. x, y [rows, C], gamma, beta [C] or empty for 1 and 0, mean, rstd [rows].
/// With g = dy gamma: dx = rstd (g - mean of g - h mean of g h), dgamma = sum of dy h, dbeta = sum of dy, over the rows.
/// </summary>
/// <remarks>
/// The variance is that of deviations from the mean, which are corrected for the rounding of the mean, so a large mean does
/// no harm. The sums over rows are sums of blocks of rows, whose size the shape decides: the number of threads changes no bit.
/// </remarks>
public sealed partial class LayerNorm
{
    private const int MostBlocks = 64;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, LayerNormArguments.Forward, LayerNormArguments>? _forwardRows;
    private readonly Action<Index1D, LayerNormArguments.Backward, LayerNormArguments>? _backwardRows;
    private readonly Action<KernelConfig, LayerNormArguments.Forward, LayerNormArguments>? _forward;
    private readonly Action<KernelConfig, LayerNormArguments.Backward, LayerNormArguments>? _backward;
    private readonly Action<Index1D, LayerNormArguments.Backward, LayerNormArguments>? _sums;

    internal LayerNorm(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        if (library.Shape == KernelShape.Row)
        {
            _forwardRows = library.LoadKernel<LayerNormArguments.Forward, LayerNormArguments>(
                LayerNormRows.Forward);
            _backwardRows = library.LoadKernel<LayerNormArguments.Backward, LayerNormArguments>(
                LayerNormRows.Backward);
        }
        else
        {
            _forward = library.LoadGroupKernel<LayerNormArguments.Forward, LayerNormArguments>(LayerNormGroups.Forward);
            _backward = library.LoadGroupKernel<LayerNormArguments.Backward, LayerNormArguments>(LayerNormGroups.Backward);
            _sums = library.LoadKernel<LayerNormArguments.Backward, LayerNormArguments>(
                LayerNormGroups.Sums);
        }
    }

    /// <summary>Normalises rows.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">C.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <param name="x">[rows, C].</param>
    /// <param name="gamma">[C], or empty for 1.</param>
    /// <param name="beta">[C], or empty for 0.</param>
    /// <param name="y">[rows, C]; may be the same memory as x.</param>
    /// <param name="mean">[rows], for the backward pass; or empty, with rstd.</param>
    /// <param name="rstd">[rows], for the backward pass; or empty, with mean.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Forward(
        int rows, int columns, float eps, ArrayView<float> x, ArrayView<float> gamma, ArrayView<float> beta, ArrayView<float> y,
        ArrayView<float> mean, ArrayView<float> rstd)
    {
        Check(rows, columns, nameof(x), x.Length, (long)rows * columns);
        Check(rows, columns, nameof(y), y.Length, (long)rows * columns);
        CheckOptional(rows, columns, nameof(gamma), gamma.Length, columns);
        CheckOptional(rows, columns, nameof(beta), beta.Length, columns);
        CheckOptional(rows, columns, nameof(mean), mean.Length, rows);
        Check(rows, columns, nameof(rstd), rstd.Length, mean.Length);
        var operands = new LayerNormArguments.Forward { X = x, Gamma = gamma, Beta = beta, Y = y, Mean = mean, Rstd = rstd };
        Normalize(rows, columns, eps, operands, default);
    }

    private void Normalize(int rows, int columns, float eps, in LayerNormArguments.Forward operands, in DropoutMask dropout)
    {
        if (operands.Y.Length == 0)
            return;
        var arguments = Arguments(rows, columns, RowItems.RowsPerItem(rows, columns));
        (arguments.Eps, arguments.Dropout) = (eps, dropout);
        arguments.Write = Writing.Of(_library, operands.Y.Length, accumulate: false);
        if (_forwardRows is not null)
            _forwardRows(RowItems.Blocks(rows, arguments.RowsPerItem), operands, arguments);
        else
            _forward!((rows, GroupReduce.Lanes), operands, arguments);
    }

    /// <summary>Computes the gradients.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">C.</param>
    /// <param name="dy">[rows, C].</param>
    /// <param name="x">[rows, C].</param>
    /// <param name="gamma">[C], or empty for 1.</param>
    /// <param name="mean">[rows], from the forward pass.</param>
    /// <param name="rstd">[rows], from the forward pass.</param>
    /// <param name="dx">[rows, C]; may be the same memory as dy in the row shape.</param>
    /// <param name="dGamma">[C], or empty where it is not wanted.</param>
    /// <param name="dBeta">[C], or empty where it is not wanted.</param>
    /// <param name="accumulate">Whether to add to what the gradients hold; otherwise they are not read.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Backward(
        int rows, int columns, ArrayView<float> dy, ArrayView<float> x, ArrayView<float> gamma, ArrayView<float> mean,
        ArrayView<float> rstd, ArrayView<float> dx, ArrayView<float> dGamma, ArrayView<float> dBeta, bool accumulate)
    {
        Check(rows, columns, nameof(dy), dy.Length, (long)rows * columns);
        Check(rows, columns, nameof(x), x.Length, (long)rows * columns);
        Check(rows, columns, nameof(dx), dx.Length, (long)rows * columns);
        Check(rows, columns, nameof(mean), mean.Length, rows);
        Check(rows, columns, nameof(rstd), rstd.Length, rows);
        CheckOptional(rows, columns, nameof(gamma), gamma.Length, columns);
        CheckOptional(rows, columns, nameof(dGamma), dGamma.Length, columns);
        CheckOptional(rows, columns, nameof(dBeta), dBeta.Length, columns);
        var operands = new LayerNormArguments.Backward { Dy = dy, X = x, Gamma = gamma, Mean = mean, Rstd = rstd, Dx = dx };
        var arguments = new LayerNormArguments { Write = Writing.Of(_library, dx.Length, accumulate) };
        Differentiate(rows, columns, operands, arguments, dGamma, dBeta, accumulate);
    }

    // The operands come without their workspaces, the arguments without sizes.
    private void Differentiate(
        int rows, int columns, LayerNormArguments.Backward operands, LayerNormArguments arguments, ArrayView<float> dGamma,
        ArrayView<float> dBeta, bool accumulateSums)
    {
        if (columns == 0)
            return;
        var perBlock = Math.Max(RowItems.RowsPerItem(rows, columns), RowItems.Blocks(rows, MostBlocks));
        var blocks = RowItems.Blocks(rows, perBlock);
        var gammaSums = dGamma.Length > 0 ? (long)blocks * columns : 0;
        var betaSums = dBeta.Length > 0 ? (long)blocks * columns : 0;
        var lost = _backward is null ? 0 : rows;
        using var workspace = _library.Pool.Rent((gammaSums + betaSums + lost) * sizeof(float));
        var floats = workspace.View<float>(gammaSums + betaSums + lost);
        operands.GammaSums = floats.Part(0, gammaSums);
        operands.BetaSums = floats.Part(gammaSums, betaSums);
        operands.Lost = floats.Part(gammaSums + betaSums, lost);
        (arguments.Rows, arguments.Columns, arguments.RowsPerItem, arguments.Width) = (rows, columns, perBlock, (int)_library.Width);
        if (_backwardRows is not null)
        {
            if (rows > 0)
                _backwardRows(blocks, operands, arguments);
        }
        else if (rows > 0)
        {
            _backward!((rows, GroupReduce.Lanes), operands, arguments);
            if (gammaSums + betaSums > 0)
                _sums!(checked(blocks * columns), operands, arguments);
        }
        if (dGamma.Length > 0)
            _library.Reduction.SumRows(operands.GammaSums, dGamma, blocks, columns, accumulate: accumulateSums);
        if (dBeta.Length > 0)
            _library.Reduction.SumRows(operands.BetaSums, dBeta, blocks, columns, accumulate: accumulateSums);
    }

    private LayerNormArguments Arguments(int rows, int columns, int rowsPerItem) => new()
    {
        Rows = rows,
        Columns = columns,
        Width = (int)_library.Width,
        RowsPerItem = rowsPerItem,
    };

    private static void CheckOptional(int rows, int columns, string name, long length, long needed)
    {
        if (length > 0)
            Check(rows, columns, name, length, needed);
    }

    private static void Check(int rows, int columns, string name, long length, long needed)
    {
        if (rows < 0 || columns < 0 || length != needed)
            throw new ArgumentException($"LayerNorm [{rows}, {columns}]: {name} has {length} elements and needs {needed}.", name);
    }
}

/// <summary>Sizes and options of a layer normalisation.</summary>
internal struct LayerNormArguments
{
    public int Rows;
    public int Columns;
    public float Eps;
    public int Write; // y, or dx, as Writing says
    public int WriteDropped;
    public int Width; // bits of the vectors
    public int RowsPerItem; // and of a block of the sums over rows
    public DropoutMask Dropout;

    /// <summary>The operands of the forward pass.</summary>
    public struct Forward
    {
        public ArrayView<float> X;
        public ArrayView<float> Residual; // or empty; else x after dropout is added to it, and the sum is what is normalised
        public ArrayView<float> Sum;
        public ArrayView<float> Gamma;
        public ArrayView<float> Beta;
        public ArrayView<float> Y;
        public ArrayView<float> Mean;
        public ArrayView<float> Rstd;
    }

    /// <summary>The operands of the backward pass.</summary>
    public struct Backward
    {
        public ArrayView<float> Dy;
        public ArrayView<float> X;
        public ArrayView<float> Gamma;
        public ArrayView<float> Mean;
        public ArrayView<float> Rstd;
        public ArrayView<float> Dsum; // what else the gradient of x is, or empty
        public ArrayView<float> Dx; // or empty
        public ArrayView<float> Ddropped; // the gradient of what x was before dropout, or empty
        public ArrayView<float> GammaSums; // [blocks, C], or empty
        public ArrayView<float> BetaSums;
        public ArrayView<float> Lost; // [rows] in the group shape: what the means lost to rounding
    }
}
