using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of elementwise arithmetic.</summary>
public static class ElementwiseReference
{
    /// <summary>a op b.</summary>
    public static T Apply<T>(BinaryOperation operation, T a, T b)
        where T : IFloatingPointIeee754<T> => operation switch
        {
            BinaryOperation.Add => a + b,
            BinaryOperation.Subtract => a - b,
            BinaryOperation.Multiply => a * b,
            BinaryOperation.Divide => a / b,
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };

    /// <summary>y[i] (+)= a[i] op b[i % period].</summary>
    public static void Binary<T>(BinaryOperation operation, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
            y[i] = (accumulate ? y[i] : T.Zero) + Apply(operation, a[i], b[i % b.Length]);
    }

    /// <summary>da (+)= dy d(a op b)/da, and db (+)= dy d(a op b)/db summed over the turns of b.</summary>
    public static void BinaryBackward<T>(
        BinaryOperation operation, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> dy, Span<T> da, Span<T> db, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        if (!accumulate)
        {
            da.Clear();
            db.Clear();
        }
        for (var i = 0; i < dy.Length; i++)
        {
            var (x, divisor) = (a[i], b[i % b.Length]);
            var (left, right) = operation switch
            {
                BinaryOperation.Add => (T.One, T.One),
                BinaryOperation.Subtract => (T.One, -T.One),
                BinaryOperation.Multiply => (divisor, x),
                BinaryOperation.Divide => (T.One / divisor, -x / (divisor * divisor)),
                _ => throw new ArgumentOutOfRangeException(nameof(operation)),
            };
            da[i] += dy[i] * left;
            db[i % b.Length] += dy[i] * right;
        }
    }

    /// <summary>y[i] (+)= scale x[i / inner % X].</summary>
    public static void Broadcast<T>(ReadOnlySpan<T> x, Span<T> y, int inner, T scale, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
            y[i] = (accumulate ? y[i] : T.Zero) + scale * x[i / inner % x.Length];
    }

    /// <summary>y (+)= a where the mask is not 0, b elsewhere; an operand without elements is a number everywhere.</summary>
    public static void Where<T>(ReadOnlySpan<int> mask, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, T number, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            var chosen = mask[i] != 0 ? (a.Length > 0 ? a[i] : number) : b.Length > 0 ? b[i] : number;
            y[i] = accumulate ? y[i] + chosen : chosen;
        }
    }
}
