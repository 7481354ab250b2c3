using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of reductions.</summary>
public static class ReductionReference
{
    /// <summary>y[o, i] (+)= scale times the sum of x[o, j, i] over j.</summary>
    public static void Sum<T>(ReadOnlySpan<T> x, Span<T> y, AxisShape shape, T scale, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        for (var r = 0; r < y.Length; r++)
        {
            var sum = T.Zero;
            foreach (var value in Line(x, shape, r))
                sum += value;
            y[r] = (accumulate ? y[r] : T.Zero) + scale * sum;
        }
    }

    /// <summary>dx[o, j, i] (+)= scale dy[o, i].</summary>
    public static void SumBackward<T>(ReadOnlySpan<T> dy, Span<T> dx, AxisShape shape, T scale, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        for (var r = 0; r < dy.Length; r++)
        {
            for (var j = 0; j < shape.Length; j++)
            {
                ref var target = ref dx[Element(shape, r, j)];
                target = (accumulate ? target : T.Zero) + scale * dy[r];
            }
        }
    }

    /// <summary>dx (+)= dy at the places along the axis, k for each line.</summary>
    public static void SelectBackward<T>(
        ReadOnlySpan<T> dy, ReadOnlySpan<int> places, Span<T> dx, AxisShape shape, int k, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        for (var i = 0; i < dy.Length; i++)
        {
            var outer = i / (k * shape.Inner);
            dx[Element(shape, outer * shape.Inner + i % shape.Inner, places[i])] += dy[i];
        }
    }

    /// <summary>The elements along the axis that belong to a result.</summary>
    public static T[] Line<T>(ReadOnlySpan<T> x, AxisShape shape, int result)
        where T : IFloatingPointIeee754<T>
    {
        var line = new T[shape.Length];
        for (var j = 0; j < line.Length; j++)
            line[j] = x[Element(shape, result, j)];
        return line;
    }

    /// <summary>The k largest elements of each row, the largest first, and their columns.</summary>
    public static void TopK<T>(ReadOnlySpan<T> x, Span<T> y, Span<int> indices, int rows, int k)
        where T : IFloatingPointIeee754<T>
    {
        for (var r = 0; r < rows; r++)
        {
            var columns = x.Length / rows;
            var row = x.Slice(r * columns, columns);
            var order = Descending(row);
            for (var j = 0; j < k; j++)
                (indices[r * k + j], y[r * k + j]) = (order[j], row[order[j]]);
        }
    }

    /// <summary>The columns of a row in the order of its elements: the largest first, of equal ones the first, NaN before all.</summary>
    public static int[] Descending<T>(ReadOnlySpan<T> row)
        where T : IFloatingPointIeee754<T>
    {
        var values = row.ToArray();
        return [.. Enumerable.Range(0, values.Length).OrderByDescending(c => T.IsNaN(values[c])).ThenByDescending(c => values[c])];
    }

    private static int Element(AxisShape shape, int result, int j) =>
        (result / shape.Inner * shape.Length + j) * shape.Inner + result % shape.Inner;

    /// <summary>Where the largest element stands: the first of several; NaN counts as the largest.</summary>
    public static int ArgMax<T>(ReadOnlySpan<T> row)
        where T : IFloatingPointIeee754<T>
    {
        var best = 0;
        for (var c = 1; c < row.Length; c++)
        {
            if (row[c] > row[best] || (T.IsNaN(row[c]) && !T.IsNaN(row[best])))
                best = c;
        }
        return best;
    }

    /// <summary>The norm of all elements.</summary>
    public static T Norm<T>(Norm norm, ReadOnlySpan<T> x)
        where T : IFloatingPointIeee754<T>
    {
        var total = T.Zero;
        foreach (var value in x)
        {
            total = norm switch
            {
                Kernels.Norm.L2 => total + value * value,
                Kernels.Norm.L1 => total + T.Abs(value),
                _ => T.Max(total, T.Abs(value)),
            };
        }
        return norm == Kernels.Norm.L2 ? T.Sqrt(total) : total;
    }
}
