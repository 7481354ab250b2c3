using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>Looks rows of a table up: ids [..], table [V, C], result [.., C].</summary>
    /// <param name="ids">Row numbers from 0 to V, exclusively.</param>
    /// <param name="table">The rows.</param>
    /// <param name="paddingIndex">A row that gets no gradient, or -1 for none.</param>
    /// <exception cref="ShapeException">The ids are not integers, or the table is not a matrix.</exception>
    public static Tensor Embedding(this Tensor ids, Tensor table, int paddingIndex = -1)
    {
        var graph = Graph.Of(nameof(Embedding), ids, table);
        if (ids.ElementType != ElementType.Int32 || table.Shape.Rank != 2)
            throw new ShapeException(nameof(Embedding), $"ids {ids} and table {table}");
        if (table is Parameter { LowPrecision: { } matrix })
            return LookUpOf(graph, ids, matrix);
        var columns = table.Shape[1];
        var y = graph.Result([.. ids.Shape, columns], table);
        graph.Kernels.Embedding.Forward(columns, table.Floats, ids.Ints, y.Floats);

        graph.Remember(
            nameof(Embedding),
            [ids, table],
            [y],
            () =>
            {
                var dTable = graph.Accumulate(table);
                graph.Kernels.Embedding.Backward(columns, ids.Ints, graph.Arrived(y), dTable.Floats, dTable.Adds, paddingIndex);
            },
            v => [Values(y, result => EmbeddingReference.Forward<double>(columns, v[1], Ints(v[0]), result))]);
        return y;
    }
}
