using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definitions of look-ups along an axis of x [O, A, I], and of what their gradients add to dx.</summary>
public static class GatherReference
{
    /// <summary>y[o, j, i] = x[o, indices[j], i].</summary>
    /// <param name="axis">A.</param>
    /// <param name="inner">I.</param>
    /// <param name="x">[O, A, I].</param>
    /// <param name="indices">[J].</param>
    /// <param name="y">[O, J, I].</param>
    public static void Select<T>(int axis, int inner, ReadOnlySpan<T> x, ReadOnlySpan<int> indices, Span<T> y)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
            y[i] = x[Source(axis, inner, indices.Length, i, indices[i / inner % indices.Length])];
    }

    /// <summary>dx[o, indices[j], i] += dy[o, j, i].</summary>
    /// <param name="axis">A.</param>
    /// <param name="inner">I.</param>
    /// <param name="indices">[J].</param>
    /// <param name="dy">[O, J, I].</param>
    /// <param name="dx">[O, A, I].</param>
    public static void SelectBackward<T>(int axis, int inner, ReadOnlySpan<int> indices, ReadOnlySpan<T> dy, Span<T> dx)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < dy.Length; i++)
            dx[Source(axis, inner, indices.Length, i, indices[i / inner % indices.Length])] += dy[i];
    }

    /// <summary>y[o, j, i] = x[o, indices[o, j, i], i].</summary>
    /// <param name="axis">A.</param>
    /// <param name="inner">I.</param>
    /// <param name="count">J.</param>
    /// <param name="x">[O, A, I].</param>
    /// <param name="indices">[O, J, I].</param>
    /// <param name="y">[O, J, I].</param>
    public static void Take<T>(int axis, int inner, int count, ReadOnlySpan<T> x, ReadOnlySpan<int> indices, Span<T> y)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
            y[i] = x[Source(axis, inner, count, i, indices[i])];
    }

    /// <summary>dx[o, indices[o, j, i], i] += dy[o, j, i].</summary>
    /// <param name="axis">A.</param>
    /// <param name="inner">I.</param>
    /// <param name="count">J.</param>
    /// <param name="indices">[O, J, I].</param>
    /// <param name="dy">[O, J, I].</param>
    /// <param name="dx">[O, A, I].</param>
    public static void TakeBackward<T>(int axis, int inner, int count, ReadOnlySpan<int> indices, ReadOnlySpan<T> dy, Span<T> dx)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < dy.Length; i++)
            dx[Source(axis, inner, count, i, indices[i])] += dy[i];
    }

    // The element of x that is element i of y, whose entry along the axis is given.
    private static int Source(int axis, int inner, int count, int i, int entry) => (i / (count * inner) * axis + entry) * inner + i % inner;
}
