using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>
/// The definitions of permutations, windows and broadcasts: the map that says of each element of the result which of the operand
/// it is, and what is copied by a map.
/// </summary>
public static class LayoutReference
{
    /// <summary>Axis i of the result is axis order[i] of the operand.</summary>
    public static int[] Permute(int[] sizes, int[] order) =>
        Map([.. order.Select(axis => sizes[axis])], sizes, at =>
        {
            var source = new int[sizes.Length];
            for (var i = 0; i < order.Length; i++)
                source[order[i]] = at[i];
            return source;
        });

    /// <summary>Entry i of an axis is entry begin + i step of the operand.</summary>
    public static int[] Window(int[] sizes, int[] begins, int[] counts, int[] steps) =>
        Map(counts, sizes, at => [.. at.Select((entry, axis) => begins[axis] + entry * steps[axis])]);

    /// <summary>An axis of size 1 has its only entry everywhere.</summary>
    public static int[] Broadcast(int[] sizes, int[] target) =>
        Map(target, sizes, at => [.. sizes.Select((size, axis) => size == 1 ? 0 : at[axis + target.Length - sizes.Length])]);

    /// <summary>y[i] (+)= x[map[i]].</summary>
    public static void Copy<T>(ReadOnlySpan<int> map, ReadOnlySpan<T> x, Span<T> y, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < map.Length; i++)
            y[i] = (accumulate ? y[i] : T.Zero) + x[map[i]];
    }

    /// <summary>dx[map[i]] += dy[i]; what is not added to begins at 0.</summary>
    public static void CopyBackward<T>(ReadOnlySpan<int> map, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        for (var i = 0; i < map.Length; i++)
            dx[map[i]] += dy[i];
    }

    private static int[] Map(int[] target, int[] source, Func<int[], int[]> sourceOf)
    {
        var map = new int[target.Aggregate(1, (count, size) => count * size)];
        for (var i = 0; i < map.Length; i++)
        {
            var at = new int[target.Length];
            for (var (axis, rest) = (target.Length - 1, i); axis >= 0; rest /= target[axis], axis--)
                at[axis] = rest % target[axis];
            var entries = sourceOf(at);
            for (var axis = 0; axis < source.Length; axis++)
                map[i] = map[i] * source[axis] + entries[axis];
        }
        return map;
    }
}
