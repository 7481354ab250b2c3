using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

/// <summary>Rows of a table that are looked up.</summary>
/// <param name="Ids">Row numbers as integers, from 0 to V, exclusively.</param>
/// <param name="Table">[V, C].</param>
/// <param name="PaddingIndex">A row that gets no gradient, or -1 for none.</param>
public sealed record TableLookUp(Tensor Ids, Tensor Table, int PaddingIndex = -1);

public static partial class Operations
{
    /// <summary>
    /// The sum of rows of two or three tables, such as those of tokens, segments and positions, in one kernel: [.., C]. Ids
    /// broadcast to those of the first.
    /// </summary>
    /// <param name="first">Its ids have the shape of the result but for C.</param>
    /// <param name="second">The second table.</param>
    /// <param name="third">The third table, or null.</param>
    /// <exception cref="ShapeException">Ids are not integers, tables are no matrices, or their shapes do not fit.</exception>
    public static Tensor EmbeddingSum(TableLookUp first, TableLookUp second, TableLookUp? third = null)
    {
        TableLookUp[] parts = third is null ? [first, second] : [first, second, third];
        Tensor[] operands = [.. parts.SelectMany(part => new[] { part.Ids, part.Table })];
        var graph = Graph.Of(nameof(EmbeddingSum), operands);
        var (shape, columns) = (first.Ids.Shape, first.Table.Shape.Columns);
        foreach (var (ids, table, _) in parts)
        {
            var fits = ids.ElementType == ElementType.Int32 && table.Shape.Rank == 2 && table.Shape[1] == columns
                && BroadcastsTo(ids.Shape, shape);
            if (!fits)
            {
                var shapes = parts.Select(part => $"ids {part.Ids} of table {part.Table.Shape}");
                throw new ShapeException(nameof(EmbeddingSum), string.Join(", ", shapes));
            }
        }
        for (var i = 1; i < parts.Length; i++)
        {
            if (!parts[i].Ids.Shape.Equals(shape))
                operands[2 * i] = Expand(graph, parts[i].Ids, shape);
        }
        var y = graph.Result([.. shape, columns], operands);
        graph.Kernels.Embedding.ForwardSum(columns, Tables(operands), y.Floats);

        graph.Remember(
            nameof(EmbeddingSum),
            operands,
            [y],
            () =>
            {
                for (var i = 0; i < parts.Length; i++)
                {
                    if (!parts[i].Table.RequiresGradient)
                        continue;
                    var gradient = graph.Accumulate(parts[i].Table);
                    graph.Kernels.Embedding.Backward(
                        columns, operands[2 * i].Ints, graph.Arrived(y), gradient.Floats, gradient.Adds, parts[i].PaddingIndex);
                }
            },
            v => [Values(y, result =>
            {
                for (var i = 0; i < v.Length; i += 2)
                    EmbeddingReference.Add<double>(columns, v[i + 1], Ints(v[i]), result);
            })]);
        return y;
    }

    private static EmbeddingTables Tables(Tensor[] operands) => new()
    {
        FirstIds = operands[0].Ints,
        First = operands[1].Floats,
        SecondIds = operands[2].Ints,
        Second = operands[3].Floats,
        ThirdIds = operands.Length > 4 ? operands[4].Ints : default,
        Third = operands.Length > 4 ? operands[5].Floats : default,
    };
}
