using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of reductions.</summary>
public static class ReductionReference
{
    /// <summary>y[c] (+)= scale times the sum over rows.</summary>
    public static void SumRows<T>(ReadOnlySpan<T> x, Span<T> y, int rows, int columns, T scale, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        for (var c = 0; c < columns; c++)
        {
            var sum = T.Zero;
            for (var r = 0; r < rows; r++)
                sum += x[r * columns + c];
            y[c] = (accumulate ? y[c] : T.Zero) + scale * sum;
        }
    }

    /// <summary>y[r] (+)= scale times the sum over columns.</summary>
    public static void SumColumns<T>(ReadOnlySpan<T> x, Span<T> y, int rows, int columns, T scale, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        for (var r = 0; r < rows; r++)
        {
            var sum = T.Zero;
            for (var c = 0; c < columns; c++)
                sum += x[r * columns + c];
            y[r] = (accumulate ? y[r] : T.Zero) + scale * sum;
        }
    }

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
