using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Convolution on GPUs: y, dx and dweight are matrix products whose operands are found, not stored (implicit GEMM). A group of
/// 16 x 16 lanes computes a 64 x 64 tile of the result, through tiles of the operands in shared memory, as in <see cref="GemmTiled"/>.
/// </summary>
internal static class ConvolutionGroups
{
    /// <summary>Lanes along a side of the group.</summary>
    public const int Side = 16;

    /// <summary>Rows and columns of a tile.</summary>
    public const int Tile = Side * PerLane;

    private const int PerLane = 4;
    private const int KStep = 16;

    /// <summary>y [outputs, positions] = weight [outputs, lines] windows [lines, positions].</summary>
    public static void Forward(
        ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> y, ConvolutionArguments arguments) =>
        Multiply(
            new ForwardProduct { X = x, Weight = weight, Bias = bias, Y = y, A = arguments, Group = Grid.IdxZ },
            arguments.Outputs, arguments.Batch * arguments.Positions, 0, arguments.Lines);

    /// <summary>dx [inputs, pixels] = weight [inputs, outputs taps] windows of dy [outputs taps, pixels].</summary>
    public static void BackwardInput(ArrayView<float> weight, ArrayView<float> dy, ArrayView<float> dx, ConvolutionArguments arguments) =>
        Multiply(
            new InputProduct { Weight = weight, Dy = dy, Dx = dx, A = arguments, Group = Grid.IdxZ },
            arguments.Inputs, arguments.Batch * arguments.Height * arguments.Width, 0, arguments.Outputs * arguments.Taps);

    /// <summary>sums [outputs, lines] = dy [outputs, positions] windows^T [positions, lines], over a segment of the positions.</summary>
    public static void BackwardWeight(ArrayView<float> x, ArrayView<float> dy, ArrayView<float> sums, ConvolutionArguments arguments)
    {
        var group = Grid.IdxZ / arguments.Segments;
        var segment = Grid.IdxZ - group * arguments.Segments;
        var begin = segment * arguments.SegmentLength;
        var end = begin + arguments.SegmentLength;
        var total = arguments.Batch * arguments.Positions;
        Multiply(
            new WeightProduct { X = x, Dy = dy, Sums = sums, A = arguments, Group = group, Segment = segment },
            arguments.Outputs, arguments.Lines, begin, end < total ? end : total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<TProduct>(TProduct product, int rows, int columns, int begin, int end)
        where TProduct : struct, IProduct
    {
        var tileA = SharedMemory.Allocate<float>(KStep * Tile); // [k, row]
        var tileB = SharedMemory.Allocate<float>(KStep * Tile); // [k, column]
        var sums = LocalMemory.Allocate<float>(PerLane * PerLane);
        for (var i = 0; i < PerLane * PerLane; i++)
            sums[i] = 0f;
        var row0 = Grid.IdxY * Tile;
        var column0 = Grid.IdxX * Tile;
        var lane = Group.IdxY * Side + Group.IdxX;
        for (var k0 = begin; k0 < end; k0 += KStep)
        {
            for (var i = lane; i < KStep * Tile; i += Side * Side)
            {
                var row = row0 + i / KStep;
                var k = k0 + i % KStep;
                tileA[i % KStep * Tile + i / KStep] = row < rows && k < end ? product.Left(row, k) : 0f;
                var column = column0 + i % Tile;
                k = k0 + i / Tile;
                tileB[i] = column < columns && k < end ? product.Right(k, column) : 0f;
            }
            Group.Barrier();
            for (var k = 0; k < KStep; k++)
            {
                for (var i = 0; i < PerLane; i++)
                {
                    var left = tileA[k * Tile + Group.IdxY + i * Side];
                    for (var j = 0; j < PerLane; j++)
                        sums[i * PerLane + j] += left * tileB[k * Tile + Group.IdxX + j * Side];
                }
            }
            Group.Barrier();
        }
        for (var i = 0; i < PerLane; i++)
        {
            var row = row0 + Group.IdxY + i * Side;
            for (var j = 0; j < PerLane; j++)
            {
                var column = column0 + Group.IdxX + j * Side;
                if (row < rows && column < columns)
                    product.Store(row, column, sums[i * PerLane + j]);
            }
        }
    }

    /// <summary>Where a product finds its operands and leaves its results.</summary>
    private interface IProduct
    {
        float Left(int row, int k);

        float Right(int k, int column);

        void Store(int row, int column, float sum);
    }

    private struct ForwardProduct : IProduct
    {
        public ArrayView<float> X;
        public ArrayView<float> Weight;
        public ArrayView<float> Bias;
        public ArrayView<float> Y;
        public ConvolutionArguments A;
        public int Group;

        public readonly float Left(int row, int k) => Weight[((long)Group * A.Outputs + row) * A.Lines + k];

        public readonly float Right(int k, int column) => Window(X, A, Group, k, column);

        public readonly void Store(int row, int column, float sum)
        {
            var channel = Group * A.Outputs + row;
            if (Bias.Length > 0)
                sum += Bias[channel];
            Y[OutputPlace(A, channel, column)] = ActivationFunctions.Forward((Activation)A.Activation, new ScalarLane(sum)).Value;
        }
    }

    private struct InputProduct : IProduct
    {
        public ArrayView<float> Weight;
        public ArrayView<float> Dy;
        public ArrayView<float> Dx;
        public ConvolutionArguments A;
        public int Group;

        public readonly float Left(int row, int k)
        {
            var output = k / A.Taps;
            return Weight[((long)Group * A.Outputs + output) * A.Lines + row * A.Taps + k - output * A.Taps];
        }

        // The window that has the pixel under the tap, where there is one.
        public readonly float Right(int k, int column)
        {
            var output = k / A.Taps;
            var tap = k - output * A.Taps;
            var u = tap / A.KernelWidth;
            var v = tap - u * A.KernelWidth;
            var line = column / A.Width;
            var image = line / A.Height;
            var i = line - image * A.Height + A.PaddingHeight - u * A.DilationHeight;
            var j = column - line * A.Width + A.PaddingWidth - v * A.DilationWidth;
            var row = i / A.StrideHeight;
            var place = j / A.StrideWidth;
            if (i < 0 || j < 0 || row * A.StrideHeight != i || place * A.StrideWidth != j)
                return 0f;
            if (row >= A.OutputHeight || place >= A.OutputWidth)
                return 0f;
            var plane = ((long)image * A.Groups + Group) * A.Outputs + output;
            return Dy[(plane * A.OutputHeight + row) * A.OutputWidth + place];
        }

        public readonly void Store(int row, int column, float sum)
        {
            var pixels = A.Height * A.Width;
            var image = column / pixels;
            var place = (((long)image * A.Groups + Group) * A.Inputs + row) * pixels + column - image * pixels;
            Dx[place] = A.Accumulate != 0 ? Dx[place] + sum : sum;
        }
    }

    private struct WeightProduct : IProduct
    {
        public ArrayView<float> X;
        public ArrayView<float> Dy;
        public ArrayView<float> Sums;
        public ConvolutionArguments A;
        public int Group;
        public int Segment;

        public readonly float Left(int row, int k) => Dy[OutputPlace(A, Group * A.Outputs + row, k)];

        public readonly float Right(int k, int column) => Window(X, A, Group, column, k);

        public readonly void Store(int row, int column, float sum)
        {
            var place = (((long)Segment * A.Groups + Group) * A.Outputs + row) * A.Lines + column;
            Sums[place] = A.Accumulate != 0 ? Sums[place] + sum : sum;
        }
    }

    // Line (c, u, v) of the matrix of windows at a position: 0 outside the image.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Window(ArrayView<float> x, ConvolutionArguments a, int group, int line, int position)
    {
        var channel = line / a.Taps;
        var tap = line - channel * a.Taps;
        var u = tap / a.KernelWidth;
        var v = tap - u * a.KernelWidth;
        var row = position / a.OutputWidth;
        var image = row / a.OutputHeight;
        var i = (row - image * a.OutputHeight) * a.StrideHeight + u * a.DilationHeight - a.PaddingHeight;
        var j = (position - row * a.OutputWidth) * a.StrideWidth + v * a.DilationWidth - a.PaddingWidth;
        if (i < 0 || j < 0 || i >= a.Height || j >= a.Width)
            return 0f;
        return x[((((long)image * a.Groups + group) * a.Inputs + channel) * a.Height + i) * a.Width + j];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long OutputPlace(ConvolutionArguments a, int channel, int position)
    {
        var image = position / a.Positions;
        return ((long)image * a.Groups * a.Outputs + channel) * a.Positions + position - image * a.Positions;
    }
}

/// <summary>The launches of convolution on GPUs.</summary>
internal sealed class ConvolutionGroupLaunches
{
    private const int SumElements = 1024 * 1024; // of the sums of segments
    private const int SegmentPositions = 512;
    private const int MaxSegments = 64;

    private readonly KernelLibrary _library;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ConvolutionArguments> _forward;

    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvolutionArguments> _backwardInput;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvolutionArguments> _backwardWeight;

    public ConvolutionGroupLaunches(KernelLibrary library)
    {
        _library = library;
        _forward = library.LoadGroupKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ConvolutionArguments>(ConvolutionGroups.Forward);
        _backwardInput = library.LoadGroupKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvolutionArguments>(
            ConvolutionGroups.BackwardInput);
        _backwardWeight = library.LoadGroupKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvolutionArguments>(
            ConvolutionGroups.BackwardWeight);
    }

    public void Forward(
        ConvolutionArguments arguments, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> y) =>
        _forward(
            Grid(arguments.Outputs, arguments.Batch * arguments.Positions, arguments.Groups), x, weight, bias, y, arguments);

    public void BackwardInput(ConvolutionArguments arguments, ArrayView<float> weight, ArrayView<float> dy, ArrayView<float> dx) =>
        _backwardInput(
            Grid(arguments.Inputs, arguments.Batch * arguments.Height * arguments.Width, arguments.Groups), weight, dy, dx, arguments);

    public void BackwardWeight(ConvolutionArguments arguments, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dWeight)
    {
        var total = arguments.Batch * arguments.Positions;
        var segments = Math.Clamp(SumElements / dWeight.IntLength, 1, Math.Min(MaxSegments, RowItems.Blocks(total, SegmentPositions)));
        arguments.SegmentLength = RowItems.Blocks(total, segments);
        arguments.Segments = RowItems.Blocks(total, arguments.SegmentLength);
        var grid = Grid(arguments.Outputs, arguments.Lines, arguments.Groups * arguments.Segments);
        if (arguments.Segments == 1)
        {
            _backwardWeight(grid, x, dy, dWeight, arguments);
            return;
        }
        var accumulate = arguments.Accumulate != 0;
        arguments.Accumulate = 0;
        var length = arguments.Segments * dWeight.Length;
        using var block = _library.Pool.Rent(length * sizeof(float));
        var sums = block.View<float>(length);
        _backwardWeight(grid, x, dy, sums, arguments);
        _library.Reduction.SumRows(sums, dWeight, arguments.Segments, dWeight.IntLength, accumulate: accumulate);
    }

    private static KernelConfig Grid(int rows, int columns, int products) => new(
        new Index3D(RowItems.Blocks(columns, ConvolutionGroups.Tile), RowItems.Blocks(rows, ConvolutionGroups.Tile), products),
        new Index3D(ConvolutionGroups.Side, ConvolutionGroups.Side, 1));
}
