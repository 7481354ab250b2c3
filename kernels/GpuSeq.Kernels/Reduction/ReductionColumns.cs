using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// Sums over the first axis: x [rows, columns] -> y [blocks, columns]. Many rows are cut into blocks whose size only the
/// shape decides, and the next launch sums the blocks.
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
        public int Rows;
        public int Columns;
        public int RowsPerBlock;
        public int PanelsPerItem;
        public int Width; // bits of the vectors
        public ReductionFinish Finish;

        public Arguments(KernelLibrary library, int rows, int columns)
        {
            (Rows, Columns, Width) = (rows, columns, (int)library.Width);
            RowsPerBlock = Math.Clamp(ItemElements / Math.Min(columns, MaxPanel), 16, 1024);
            PanelsPerItem = Math.Max(1, SmallItem / (Math.Clamp(rows, 1, RowsPerBlock) * Math.Min(columns, MaxPanel)));
            Finish = ReductionFinish.None;
        }

        public readonly int Blocks => Math.Max(1, (Rows + RowsPerBlock - 1) / RowsPerBlock);

        public readonly int ItemColumns => MaxPanel * PanelsPerItem;

        public readonly int ItemsPerBlock => (Columns + ItemColumns - 1) / ItemColumns;
    }

    /// <summary>The rows of lanes in a group; a few rows need only one.</summary>
    public static int GroupStripes(int rows) => rows <= 2 * MaxStripes ? 1 : MaxStripes;

    /// <summary>A group sums 32 columns of a block: of n rows of lanes, each sums every n-th row, and the first one their sums.</summary>
    public static void Group(ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        var sums = SharedMemory.Allocate<float>(GroupColumns * MaxStripes);
        var block = Grid.IdxY;
        var lane = ILGPU.Group.IdxX;
        var stripe = ILGPU.Group.IdxY;
        var stripes = ILGPU.Group.DimY;
        var column = Grid.IdxX * GroupColumns + lane;
        var begin = block * arguments.RowsPerBlock;
        var end = begin + arguments.RowsPerBlock < arguments.Rows ? begin + arguments.RowsPerBlock : arguments.Rows;
        var sum = 0f;
        if (column < arguments.Columns)
        {
            for (var row = begin + stripe; row < end; row += stripes)
                sum += x[(long)row * arguments.Columns + column];
        }
        if (stripes > 1)
        {
            sums[stripe * GroupColumns + lane] = sum;
            ILGPU.Group.Barrier();
        }
        if (stripe != 0 || column >= arguments.Columns)
            return;
        for (var i = 1; i < stripes; i++)
            sum += sums[i * GroupColumns + lane];
        var place = (long)block * arguments.Columns + column;
        y[place] = arguments.Finish.Result(sum, y[place]);
    }

    /// <summary>Item i sums some columns of a block.</summary>
    public static void Part(Index1D item, ArrayView<float> x, ArrayView<float> y, Arguments arguments) => Sum(item, x, y, arguments);

    [IntrinsicImplementation]
    public static void Sum(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        var (block, part) = Math.DivRem(item, arguments.ItemsPerBlock);
        var sums = stackalloc float[MaxPanel];
        var end = Math.Min(arguments.Columns, (part + 1) * arguments.ItemColumns);
        for (var column = part * arguments.ItemColumns; column < end; column += MaxPanel)
            SumPanel(block, column, Math.Min(MaxPanel, end - column), sums, x, y, ref arguments);
    }

    private static void SumPanel(
        int block, int column, int columns, float* sums, ArrayView<float> x, ArrayView<float> y, ref Arguments arguments)
    {
        var row = block * arguments.RowsPerBlock;
        var rows = Math.Min(arguments.RowsPerBlock, arguments.Rows - row);
        var source = (float*)x.LoadEffectiveAddressAsPtr() + (long)row * arguments.Columns + column;
        var target = (float*)y.LoadEffectiveAddressAsPtr() + (long)block * arguments.Columns + column;
        if (columns == arguments.Columns && columns < NarrowColumns)
            SumNarrow(source, rows, columns, sums, arguments.Width);
        else
            SumRows(source, rows, columns, arguments.Columns, sums, arguments.Width);
        VectorLoop.Run(new FinishStep(sums, target, arguments.Finish), 0, columns, arguments.Width);
    }

    // Rows that lie side by side are one wide row: k of them at a time are summed into k sums for each column.
    private static void SumNarrow(float* source, int rows, int columns, float* sums, int width)
    {
        var k = Math.Min(MaxPanel / 2 / columns, Math.Max(1, rows / 4));
        SumRows(source, rows / k, k * columns, k * columns, sums, width);
        source += rows / k * k * columns;
        for (var i = 0; i < rows % k * columns; i++)
            sums[i] += source[i];
        for (var i = columns; i < k * columns; i++)
            sums[i % columns] += sums[i];
    }

    private static void SumRows(float* source, int rows, int columns, long stride, float* sums, int width)
    {
        new Span<float>(sums, columns).Clear();
        var row = 0;
        for (; row + 4 <= rows; row += 4, source += 4 * stride)
            VectorLoop.Run(new FourRowsStep(source, stride, sums), 0, columns, width);
        for (; row < rows; row++, source += stride)
            VectorLoop.Run(new RowStep(source, sums), 0, columns, width);
    }

    private readonly struct FinishStep(float* sums, float* target, ReductionFinish finish) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> => VectorMath.StoreGradient(
                VectorMath.LoadPartial<TVector>(sums + i, count) * TVector.Broadcast(finish.Scale), target + i, count, finish.Accumulate);
    }

    private readonly struct RowStep(float* row, float* sums) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> => VectorMath.StorePartial(
                VectorMath.LoadPartial<TVector>(sums + i, count) + VectorMath.LoadPartial<TVector>(row + i, count), sums + i, count);
    }

    private readonly struct FourRowsStep(float* row, long stride, float* sums) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var x = row + i;
            var first = VectorMath.LoadPartial<TVector>(x, count) + VectorMath.LoadPartial<TVector>(x + stride, count);
            var second = VectorMath.LoadPartial<TVector>(x + 2 * stride, count) + VectorMath.LoadPartial<TVector>(x + 3 * stride, count);
            VectorMath.StorePartial(VectorMath.LoadPartial<TVector>(sums + i, count) + (first + second), sums + i, count);
        }
    }
}
