using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Look-up and its gradient on CPUs. For the gradient one work item threads a list through the positions of each id, last
/// position first, so that a list runs forward: links[v] is the first position of id v, links[V + i] the next one after
/// position i that has its id, -1 where there is none. Then each work item sums the rows of dtable that are its own.
/// </summary>
internal static unsafe class EmbeddingRows
{
    /// <summary>The table, and how its rows or the positions are cut into work items.</summary>
    public struct Cut
    {
        public int Rows; // V
        public int Columns; // C
        public int Width; // bits of the vectors
        public int RowsPerItem; // for the sums: rows of a block; item i has the blocks i, i + Items, ...
        public int Items;
        public int Accumulate;
        public int Write; // the rows that are looked up, as Writing says
        public int PaddingIndex;
    }

    /// <summary>Item i looks up a block of positions.</summary>
    public static void LookUp(Index1D item, ArrayView<float> table, ArrayView<int> ids, ArrayView<float> y, Cut cut) =>
        LookUpBlock(item, table, ids, y, cut);

    /// <summary>The only item links the positions of every id.</summary>
    public static void Link(Index1D item, ArrayView<int> ids, ArrayView<int> links, Cut cut) => LinkPositions(ids, links, cut);

    /// <summary>Item i sums blocks of rows of dtable.</summary>
    public static void Sum(Index1D item, ArrayView<int> links, ArrayView<float> dy, ArrayView<float> dTable, Cut cut) =>
        SumBlocks(item, links, dy, dTable, cut);

    [IntrinsicImplementation]
    public static void LookUpBlock(int item, ArrayView<float> table, ArrayView<int> ids, ArrayView<float> y, Cut cut)
    {
        switch ((SimdWidth)cut.Width)
        {
            case SimdWidth.Bits512:
                LookUpBlock<Vector512Lanes>(item, table, ids, y, ref cut);
                break;
            case SimdWidth.Bits256:
                LookUpBlock<Vector256Lanes>(item, table, ids, y, ref cut);
                break;
            default:
                LookUpBlock<Vector128Lanes>(item, table, ids, y, ref cut);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void LookUpBlock<TVector>(int item, ArrayView<float> table, ArrayView<int> ids, ArrayView<float> y, ref Cut cut)
        where TVector : struct, IVector<TVector>
    {
        var source = table.Pointer();
        var target = y.Pointer();
        var id = ids.Pointer();
        var end = (int)Math.Min(((long)item + 1) * cut.RowsPerItem, ids.Length);
        for (var i = item * cut.RowsPerItem; i < end; i++)
        {
            if ((uint)id[i] >= (uint)cut.Rows)
                EmbeddingSum.ThrowOutside(id[i], i, cut.Rows);
            var (row, result) = ((long)id[i] * cut.Columns, (long)i * cut.Columns);
            if (cut.Write == Writing.Stream)
                VectorMath.CopyStreaming<TVector>(source + row, target + result, cut.Columns);
            else
                VectorMath.Copy<TVector>(source + row, target + result, cut.Columns);
        }
    }

    [IntrinsicImplementation]
    [MethodImpl(MicroKernel.Options)]
    public static void LinkPositions(ArrayView<int> ids, ArrayView<int> links, Cut cut)
    {
        var id = ids.Pointer();
        var first = links.Pointer();
        var next = first + cut.Rows;
        new Span<int>(first, cut.Rows).Fill(-1);
        for (var i = ids.IntLength - 1; i >= 0; i--)
        {
            if ((uint)id[i] >= (uint)cut.Rows)
                EmbeddingSum.ThrowOutside(id[i], i, cut.Rows);
            if (id[i] == cut.PaddingIndex)
                continue;
            next[i] = first[id[i]];
            first[id[i]] = i;
        }
    }

    [IntrinsicImplementation]
    public static void SumBlocks(int item, ArrayView<int> links, ArrayView<float> dy, ArrayView<float> dTable, Cut cut)
    {
        switch ((SimdWidth)cut.Width)
        {
            case SimdWidth.Bits512:
                SumBlocks<Vector512Lanes>(item, links, dy, dTable, ref cut);
                break;
            case SimdWidth.Bits256:
                SumBlocks<Vector256Lanes>(item, links, dy, dTable, ref cut);
                break;
            default:
                SumBlocks<Vector128Lanes>(item, links, dy, dTable, ref cut);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void SumBlocks<TVector>(int item, ArrayView<int> links, ArrayView<float> dy, ArrayView<float> dTable, ref Cut cut)
        where TVector : struct, IVector<TVector>
    {
        var first = links.Pointer();
        var next = first + cut.Rows;
        var source = dy.Pointer();
        var target = dTable.Pointer();
        for (var begin = (long)item * cut.RowsPerItem; begin < cut.Rows; begin += (long)cut.Items * cut.RowsPerItem)
        {
            var end = Math.Min(begin + cut.RowsPerItem, cut.Rows);
            for (var row = begin; row < end; row++)
            {
                var sum = target + row * cut.Columns;
                var i = first[row];
                if (cut.Accumulate == 0)
                {
                    if (i < 0)
                    {
                        new Span<float>(sum, cut.Columns).Clear();
                        continue;
                    }
                    VectorMath.Copy<TVector>(source + (long)i * cut.Columns, sum, cut.Columns);
                    i = next[i];
                }
                for (; i >= 0; i = next[i])
                    Add<TVector>(sum, source + (long)i * cut.Columns, cut.Columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVector>(float* sum, float* values, int count)
        where TVector : struct, IVector<TVector>
    {
        var c = 0;
        for (; c + TVector.Count <= count; c += TVector.Count)
            TVector.Store(TVector.Load(sum + c) + TVector.Load(values + c), sum + c);
        for (; c < count; c++)
            sum[c] += values[c];
    }
}
