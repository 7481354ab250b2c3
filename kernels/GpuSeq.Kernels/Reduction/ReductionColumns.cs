using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Sums and maxima over the middle axis: x [outer, rows, columns] -> y [outer, blocks, columns]. Many rows are cut into blocks
/// whose size only the shape decides, and the next launch reduces the blocks.
/// </summary>
internal static unsafe class ReductionColumns
{
    /// <summary>The columns of a group.</summary>
    public const int GroupColumns = 32;

    private const int MaxStripes = 8;

    private const int MaxPanel = 1024; // columns whose sums lie on the stack
    private const int ItemElements = 64 * 1024;
    private const int SmallItem = 16 * 1024; // elements that are hardly worth a work item
    private const int NarrowColumns = 64; // fewer are summed several rows side by side

    /// <summary>The shape of a launch.</summary>
    public struct Arguments
    {
        public int Outer;
        public int Rows;
        public int Columns;
        public int RowsPerBlock;
        public int PanelsPerItem;
        public int SlicesPerItem; // blocks of small slices of the outer axis that share a work item
        public int Operation;
        public int Width; // bits of the vectors
        public ReductionFinish Finish;

        public Arguments(KernelLibrary library, ReductionOperation operation, AxisShape shape)
        {
            var (outer, rows, columns) = shape;
            (Outer, Rows, Columns, Operation, Width) = (outer, rows, columns, (int)operation, (int)library.Width);
            RowsPerBlock = Math.Clamp(ItemElements / Math.Min(columns, MaxPanel), 16, 1024);
            PanelsPerItem = Math.Max(1, SmallItem / (Math.Clamp(rows, 1, RowsPerBlock) * Math.Min(columns, MaxPanel)));
            SlicesPerItem = Math.Clamp(ItemElements / (Math.Clamp(rows, 1, RowsPerBlock) * Math.Min(columns, MaxPanel)), 1, outer);
            if (ItemsPerBlock > 1 || Blocks > 1)
                SlicesPerItem = 1;
            Finish = ReductionFinish.None;
        }

        public readonly int Blocks => Math.Max(1, (Rows + RowsPerBlock - 1) / RowsPerBlock);

        public readonly int ItemColumns => MaxPanel * PanelsPerItem;

        public readonly int ItemsPerBlock => (Columns + ItemColumns - 1) / ItemColumns;

        public readonly int Items => checked((Outer * Blocks + SlicesPerItem - 1) / SlicesPerItem * ItemsPerBlock);
    }

    /// <summary>The rows of lanes in a group; a few rows need only one.</summary>
    public static int GroupStripes(int rows) => rows <= 2 * MaxStripes ? 1 : MaxStripes;

    /// <summary>
    /// A group reduces 32 columns of a block: of n rows of lanes, each reduces every n-th row, and the first one their totals.
    /// </summary>
    public static void Group<TReduction>(ArrayView<float> x, ArrayView<float> y, Arguments arguments)
        where TReduction : struct, IReduction
    {
        var totals = SharedMemory.Allocate<float>(GroupColumns * MaxStripes);
        var across = (arguments.Columns + GroupColumns - 1) / GroupColumns;
        var slice = Grid.IdxX / across;
        var outer = slice / arguments.Blocks;
        var block = slice - outer * arguments.Blocks;
        var lane = ILGPU.Group.IdxX;
        var stripe = ILGPU.Group.IdxY;
        var stripes = ILGPU.Group.DimY;
        var column = (Grid.IdxX - slice * across) * GroupColumns + lane;
        var begin = block * arguments.RowsPerBlock;
        var end = begin + arguments.RowsPerBlock < arguments.Rows ? begin + arguments.RowsPerBlock : arguments.Rows;
        var total = new ScalarLane(TReduction.Identity);
        if (column < arguments.Columns)
        {
            var origin = (long)outer * arguments.Rows;
            for (var row = begin + stripe; row < end; row += stripes)
                total = TReduction.Join(total, new ScalarLane(x[(origin + row) * arguments.Columns + column]));
        }
        totals[stripe * GroupColumns + lane] = total.Value;
        ILGPU.Group.Barrier();
        if (stripe != 0 || column >= arguments.Columns)
            return;
        for (var i = 1; i < stripes; i++)
            total = TReduction.Join(total, new ScalarLane(totals[i * GroupColumns + lane]));
        var place = (long)slice * arguments.Columns + column;
        y[place] = arguments.Finish.Result(total.Value, y[place]);
    }

    /// <summary>Item i reduces some columns of a block, or a few small blocks.</summary>
    public static void Part(Index1D item, ArrayView<float> x, ArrayView<float> y, Arguments arguments) => Reduce(item, x, y, arguments);

    [IntrinsicImplementation]
    public static void Reduce(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        if (arguments.Operation == (int)ReductionOperation.Max)
            Reduce<MaxOf>(item, x, y, ref arguments);
        else
            Reduce<SumOf<PlainTerm>>(item, x, y, ref arguments);
    }

    private static void Reduce<TReduction>(int item, ArrayView<float> x, ArrayView<float> y, ref Arguments arguments)
        where TReduction : struct, IReduction
    {
        var (group, part) = Math.DivRem(item, arguments.ItemsPerBlock);
        var totals = stackalloc float[MaxPanel];
        var endSlice = Math.Min(arguments.Outer * arguments.Blocks, (group + 1) * arguments.SlicesPerItem);
        var end = Math.Min(arguments.Columns, (part + 1) * arguments.ItemColumns);
        for (var slice = group * arguments.SlicesPerItem; slice < endSlice; slice++)
        {
            for (var column = part * arguments.ItemColumns; column < end; column += MaxPanel)
                ReducePanel<TReduction>(slice, column, Math.Min(MaxPanel, end - column), totals, x, y, ref arguments);
        }
    }

    private static void ReducePanel<TReduction>(
        int slice, int column, int columns, float* totals, ArrayView<float> x, ArrayView<float> y, ref Arguments arguments)
        where TReduction : struct, IReduction
    {
        var (outer, block) = Math.DivRem(slice, arguments.Blocks);
        var row = block * arguments.RowsPerBlock;
        var rows = Math.Min(arguments.RowsPerBlock, arguments.Rows - row);
        var source = x.Pointer() + ((long)outer * arguments.Rows + row) * arguments.Columns + column;
        var target = y.Pointer() + (long)slice * arguments.Columns + column;
        if (columns == arguments.Columns && columns < NarrowColumns)
            ReduceNarrow<TReduction>(source, rows, columns, totals, arguments.Width);
        else
            ReduceRows<TReduction>(source, rows, columns, arguments.Columns, totals, arguments.Width);
        VectorLoop.Run(new FinishStep(totals, target, arguments.Finish), 0, columns, arguments.Width);
    }

    // Rows that lie side by side are one wide row: k of them at a time are reduced to k totals for each column.
    private static void ReduceNarrow<TReduction>(float* source, int rows, int columns, float* totals, int width)
        where TReduction : struct, IReduction
    {
        var k = Math.Min(MaxPanel / 2 / columns, Math.Max(1, rows / 4));
        ReduceRows<TReduction>(source, rows / k, k * columns, k * columns, totals, width);
        source += rows / k * k * columns;
        for (var i = 0; i < rows % k * columns; i++)
            totals[i] = Join<TReduction>(totals[i], source[i]);
        for (var i = columns; i < k * columns; i++)
            totals[i % columns] = Join<TReduction>(totals[i % columns], totals[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Join<TReduction>(float left, float right)
        where TReduction : struct, IReduction => TReduction.Join(new ScalarLane(left), new ScalarLane(right)).Value;

    private static void ReduceRows<TReduction>(float* source, int rows, int columns, long stride, float* totals, int width)
        where TReduction : struct, IReduction
    {
        new Span<float>(totals, columns).Fill(TReduction.Identity);
        var row = 0;
        for (; row + 4 <= rows; row += 4, source += 4 * stride)
            VectorLoop.Run(new FourRowsStep<TReduction>(source, stride, totals), 0, columns, width);
        for (; row < rows; row++, source += stride)
            VectorLoop.Run(new RowStep<TReduction>(source, totals), 0, columns, width);
    }

    private readonly struct FinishStep(float* totals, float* target, ReductionFinish finish) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> => VectorMath.Write(
                VectorMath.LoadPartial<TVector>(totals + i, count) * TVector.Broadcast(finish.Scale), target + i, count, finish.Accumulate);
    }

    private readonly struct RowStep<TReduction>(float* row, float* totals) : IVectorStep
        where TReduction : struct, IReduction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var total = VectorMath.LoadPartial<TVector>(totals + i, count);
            VectorMath.StorePartial(TReduction.Join(total, VectorMath.LoadPartial<TVector>(row + i, count)), totals + i, count);
        }
    }

    private readonly struct FourRowsStep<TReduction>(float* row, long stride, float* totals) : IVectorStep
        where TReduction : struct, IReduction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var x = row + i;
            var first = TReduction.Join(VectorMath.LoadPartial<TVector>(x, count), VectorMath.LoadPartial<TVector>(x + stride, count));
            var second = TReduction.Join(
                VectorMath.LoadPartial<TVector>(x + 2 * stride, count), VectorMath.LoadPartial<TVector>(x + 3 * stride, count));
            var total = VectorMath.LoadPartial<TVector>(totals + i, count);
            VectorMath.StorePartial(TReduction.Join(total, TReduction.Join(first, second)), totals + i, count);
        }
    }
}
