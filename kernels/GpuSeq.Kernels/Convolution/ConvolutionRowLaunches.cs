using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>The launches of convolution on CPUs, and how much memory they take: padded images, packed weights, scratch of items.</summary>
internal sealed class ConvolutionRowLaunches
{
    private const int ItemsPerThread = 4;
    private const int ItemProducts = 32 * 1024; // multiplications, a few microseconds, that are worth an item
    private const int PaddedElements = 256 * 1024; // of images that are padded at a time, to stay near
    private const int UnitPositions = 64; // small images share a unit
    private const int UnitWindows = 64 * 1024; // elements of windows that stay in the second-level cache
    private const int SumElements = 1024 * 1024; // of the sums of segments
    private const int MaxSegments = 16;
    private const int WantedUnits = 32;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ConvolutionArguments> _packWeights;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ConvolutionArguments> _packTransposed;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ConvolutionArguments> _forward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ConvolutionArguments> _backwardInput;

    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ConvolutionArguments> _backwardWeight;

    public ConvolutionRowLaunches(KernelLibrary library)
    {
        _library = library;
        _packWeights = library.LoadKernel<ArrayView<float>, ArrayView<float>, ConvolutionArguments>(ConvolutionRows.PackWeights);
        _packTransposed = library.LoadKernel<ArrayView<float>, ArrayView<float>, ConvolutionArguments>(ConvolutionInputRows.PackWeights);
        _forward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            ConvolutionArguments>(ConvolutionRows.Forward);
        _backwardInput = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvolutionArguments>(
            ConvolutionInputRows.Backward);
        _backwardWeight = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ConvolutionArguments>(
            ConvolutionWeightRows.Backward);
    }

    public void Forward(
        in ConvolutionShape shape, ConvolutionArguments arguments, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias,
        ArrayView<float> y)
    {
        var (tileRows, tileColumns) = (ConvolutionTile.Rows(arguments.Bits), ConvolutionTile.Columns(arguments.Bits));
        var weightPanels = arguments.Groups * RowItems.Blocks(arguments.Outputs, tileRows);
        var packedLength = (long)weightPanels * tileRows * arguments.Lines;
        using var packing = _library.Pool.Rent(packedLength * sizeof(float));
        var panels = packing.View<float>(packedLength);
        _packWeights(weightPanels, weight, panels, arguments);
        foreach (var images in new ImageBlocks(shape))
        {
            using var padding = Pad(shape, images, x, ref arguments, out var padded);
            arguments.Units = arguments.Groups * RowItems.Blocks(arguments.Batch * arguments.Positions, tileColumns);
            arguments.Scratch = tileColumns * (arguments.Lines + 1); // lines are written a little beyond their end
            var items = Deal(ref arguments, (long)arguments.Lines * arguments.Outputs * tileColumns);
            using var memory = Scratch(items, arguments, out var scratch);
            _forward(items, padded, panels, bias, images.Of(y, shape.OutputLength), scratch, arguments);
        }
    }

    public void BackwardInput(ConvolutionArguments arguments, ArrayView<float> weight, ArrayView<float> dy, ArrayView<float> dx)
    {
        var (tileRows, tileColumns) = (ConvolutionTile.Rows(arguments.Bits), ConvolutionTile.Columns(arguments.Bits));
        arguments.Images = Math.Clamp(RowItems.Blocks(UnitPositions, arguments.Positions), 1, arguments.Batch);
        var width = RowItems.Blocks(arguments.Images * arguments.Positions, tileColumns) * tileColumns;
        var parts = RowItems.Blocks(arguments.Inputs, Math.Clamp(UnitWindows / (arguments.Taps * width), 1, arguments.Inputs));
        arguments.Channels = RowItems.Blocks(arguments.Inputs, parts);
        parts = ConvolutionInputRows.ChannelParts(arguments);
        var weightPanels = arguments.Groups * parts * ConvolutionInputRows.UnitPanels(arguments, tileRows);
        var packedLength = (long)weightPanels * tileRows * arguments.Outputs;
        using var packing = _library.Pool.Rent(packedLength * sizeof(float));
        var panels = packing.View<float>(packedLength);
        _packTransposed(weightPanels, weight, panels, arguments);

        arguments.Units = arguments.Groups * parts * RowItems.Blocks(arguments.Batch, arguments.Images);
        arguments.Scratch = checked(arguments.Outputs * tileColumns + arguments.Channels * arguments.Taps * width);
        var items = Deal(ref arguments, (long)arguments.Channels * arguments.Taps * arguments.Outputs * width);
        using var memory = Scratch(items, arguments, out var scratch);
        _backwardInput(items, panels, dy, dx, scratch, arguments);
    }

    public void BackwardWeight(
        in ConvolutionShape shape, ConvolutionArguments arguments, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dWeight)
    {
        var accumulate = arguments.Accumulate != 0;
        foreach (var images in new ImageBlocks(shape))
        {
            using var padding = Pad(shape, images, x, ref arguments, out var padded);
            Segment(ref arguments, dWeight.IntLength);
            var panels = RowItems.Blocks(arguments.Lines, ConvolutionTile.Columns(arguments.Bits));
            arguments.Panels = RowItems.Blocks(panels, Math.Clamp(WantedUnits / (arguments.Segments * arguments.Groups), 1, panels));
            arguments.Units = arguments.Groups * arguments.Segments * RowItems.Blocks(panels, arguments.Panels);
            arguments.Scratch = ConvolutionWeightRows.Scratch(arguments);
            var sumLength = arguments.Segments > 1 ? arguments.Segments * dWeight.Length : 0;
            arguments.Accumulate = arguments.Segments == 1 && accumulate ? 1 : 0;
            var items = Deal(ref arguments, long.MaxValue);
            using var memory = Scratch(items, arguments, out var scratch);
            using var sumMemory = _library.Pool.Rent(sumLength * sizeof(float));
            var sums = sumMemory.View<float>(sumLength);
            _backwardWeight(items, padded, images.Of(dy, shape.OutputLength), sumLength > 0 ? sums : dWeight, scratch, arguments);
            if (sumLength > 0)
                _library.Reduction.SumRows(sums, dWeight, arguments.Segments, dWeight.IntLength, accumulate: accumulate);
            accumulate = true; // the next block of images
        }
    }

    // The shape alone decides, so that sums have one order.
    private static void Segment(ref ConvolutionArguments arguments, int weightLength)
    {
        var blocks = RowItems.Blocks(arguments.Batch * arguments.Positions, ConvolutionWeightRows.Block);
        var segments = Math.Clamp(SumElements / weightLength, 1, Math.Min(MaxSegments, blocks));
        arguments.SegmentLength = RowItems.Blocks(blocks, segments) * ConvolutionWeightRows.Block;
        arguments.Segments = RowItems.Blocks(arguments.Batch * arguments.Positions, arguments.SegmentLength);
    }

    // Few items, because each has a scratch memory; units of less than a few microseconds share one.
    private int Deal(ref ConvolutionArguments arguments, long productsPerUnit)
    {
        var least = (int)Math.Clamp(ItemProducts / Math.Max(1, productsPerUnit), 1, arguments.Units);
        arguments.UnitsPerItem = Math.Max(least, RowItems.Blocks(arguments.Units, ItemsPerThread * _library.Parallelism));
        return RowItems.Blocks(arguments.Units, arguments.UnitsPerItem);
    }

    private MemoryBlock Scratch(int items, in ConvolutionArguments arguments, out ArrayView<float> scratch)
    {
        var length = (long)items * arguments.Scratch;
        var block = _library.Pool.Rent(length * sizeof(float));
        scratch = block.View<float>(length);
        return block;
    }

    // The images of a block with zeros around them; themselves where there is no padding.
    private MemoryBlock? Pad(
        in ConvolutionShape shape, ImageBlock images, ArrayView<float> x, ref ConvolutionArguments arguments, out ArrayView<float> padded)
    {
        arguments.Batch = images.Count;
        padded = images.Of(x, shape.InputLength);
        if (shape.PaddingHeight + shape.PaddingWidth == 0)
            return null;
        arguments.Height = shape.Height + 2 * shape.PaddingHeight;
        arguments.Width = shape.Width + 2 * shape.PaddingWidth;
        (arguments.PaddingHeight, arguments.PaddingWidth) = (0, 0);
        var planes = images.Count * shape.Inputs;
        var length = (long)planes * arguments.Height * arguments.Width;
        var block = _library.Pool.Rent(length * sizeof(float));
        var source = padded;
        padded = block.View<float>(length);
        _library.Elementwise.Fill(padded, 0f);
        var inside = StridedCopy.Window(
            [planes, arguments.Height, arguments.Width], [0, shape.PaddingHeight, shape.PaddingWidth], [planes, shape.Height, shape.Width]);
        _library.Layout.Copy(inside.Reversed, source, padded);
        return block;
    }

    /// <summary>Some of the images.</summary>
    private readonly record struct ImageBlock(int First, int Count, int Batch)
    {
        /// <summary>Their part of a tensor.</summary>
        public ArrayView<float> Of(ArrayView<float> tensor, long length) =>
            tensor.Part(length / Batch * First, length / Batch * Count);
    }

    /// <summary>The images, so many at a time that their padded copies stay small.</summary>
    private readonly struct ImageBlocks(in ConvolutionShape shape)
    {
        private readonly int _batch = shape.Batch;
        private readonly int _perBlock = shape.PaddingHeight + shape.PaddingWidth == 0
            ? shape.Batch
            : (int)Math.Clamp(PaddedElements / PaddedImage(shape), 1, shape.Batch);

        public Enumerator GetEnumerator() => new(_batch, _perBlock);

        private static long PaddedImage(in ConvolutionShape shape) =>
            (long)Math.Max(1, shape.Inputs) * (shape.Height + 2 * shape.PaddingHeight) * (shape.Width + 2 * shape.PaddingWidth);

        public struct Enumerator(int batch, int perBlock)
        {
            private int _first = -perBlock;

            public readonly ImageBlock Current => new(_first, Math.Min(perBlock, batch - _first), batch);

            public bool MoveNext() => (_first += perBlock) < batch;
        }
    }
}
