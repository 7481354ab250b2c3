using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Two or three tables and what is looked up in each, for <see cref="Embedding.ForwardSum"/>.</summary>
public struct EmbeddingTables
{
    /// <summary>[V, C].</summary>
    public ArrayView<float> First;

    /// <summary>[n], each from 0 to V, exclusively.</summary>
    public ArrayView<int> FirstIds;

    /// <summary>[V, C] with a V of its own.</summary>
    public ArrayView<float> Second;

    /// <summary>[n].</summary>
    public ArrayView<int> SecondIds;

    /// <summary>[V, C], or empty where there are two tables.</summary>
    public ArrayView<float> Third;

    /// <summary>[n], or empty with its table.</summary>
    public ArrayView<int> ThirdIds;
}

/// <summary>Sums of rows of two or three tables: y[i] = (first[ids[i]] + second[ids[i]]) + third[ids[i]].</summary>
internal static unsafe class EmbeddingSum
{
    /// <summary>The shape of a launch.</summary>
    public struct Arguments
    {
        public int Columns; // C
        public int FirstRows; // V of each table
        public int SecondRows;
        public int ThirdRows;
        public int Width; // bits of the vectors
        public int RowsPerItem;
    }

    /// <summary>Lane i sums element i of y; NaN for ids outside their table.</summary>
    public static void Lane(Index1D lane, EmbeddingTables tables, ArrayView<float> y, Arguments arguments)
    {
        var position = lane.X / arguments.Columns;
        var column = lane.X - position * arguments.Columns;
        var sum = Element(tables.First, tables.FirstIds[position], arguments.FirstRows, column, arguments.Columns)
            + Element(tables.Second, tables.SecondIds[position], arguments.SecondRows, column, arguments.Columns);
        if (tables.ThirdIds.Length > 0)
            sum += Element(tables.Third, tables.ThirdIds[position], arguments.ThirdRows, column, arguments.Columns);
        y[lane] = sum;
    }

    private static float Element(ArrayView<float> table, int id, int rows, int column, int columns) =>
        id >= 0 && id < rows ? table[(long)id * columns + column] : float.NaN;

    /// <summary>Item i sums for a block of positions.</summary>
    public static void Part(Index1D item, EmbeddingTables tables, ArrayView<float> y, Arguments arguments) =>
        SumBlock(item, tables, y, arguments);

    [IntrinsicImplementation]
    public static void SumBlock(int item, EmbeddingTables tables, ArrayView<float> y, Arguments arguments)
    {
        switch ((SimdWidth)arguments.Width)
        {
            case SimdWidth.Bits512:
                SumBlock<Vector512Lanes>(item, ref tables, y, ref arguments);
                break;
            case SimdWidth.Bits256:
                SumBlock<Vector256Lanes>(item, ref tables, y, ref arguments);
                break;
            default:
                SumBlock<Vector128Lanes>(item, ref tables, y, ref arguments);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void SumBlock<TVector>(int item, ref EmbeddingTables tables, ArrayView<float> y, ref Arguments arguments)
        where TVector : struct, IVector<TVector>
    {
        var columns = arguments.Columns;
        var target = y.Pointer();
        var end = (int)Math.Min(((long)item + 1) * arguments.RowsPerItem, tables.FirstIds.Length);
        for (var i = item * arguments.RowsPerItem; i < end; i++)
        {
            var first = Row(tables.First, tables.FirstIds, i, arguments.FirstRows, columns);
            var second = Row(tables.Second, tables.SecondIds, i, arguments.SecondRows, columns);
            var third = tables.ThirdIds.Length > 0 ? Row(tables.Third, tables.ThirdIds, i, arguments.ThirdRows, columns) : null;
            Add<TVector>(first, second, third, target + (long)i * columns, columns);
        }
    }

    private static float* Row(ArrayView<float> table, ArrayView<int> ids, int position, int rows, int columns)
    {
        var id = ids.Pointer()[position];
        if ((uint)id >= (uint)rows)
            ThrowOutside(id, position, rows);
        return table.Pointer() + (long)id * columns;
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Add<TVector>(float* first, float* second, float* third, float* y, int columns)
        where TVector : struct, IVector<TVector>
    {
        var c = 0;
        for (; c + TVector.Count <= columns; c += TVector.Count)
        {
            var sum = TVector.Load(first + c) + TVector.Load(second + c);
            TVector.Store(third == null ? sum : sum + TVector.Load(third + c), y + c);
        }
        for (; c < columns; c++)
        {
            var sum = first[c] + second[c];
            y[c] = third == null ? sum : sum + third[c];
        }
    }

    /// <summary>Says which id is outside its table.</summary>
    [DoesNotReturn]
    public static void ThrowOutside(int id, int position, int rows) => throw new ArgumentOutOfRangeException(
        nameof(id), $"Embedding: id {id} at position {position} is outside a table of {rows} rows.");
}
