using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>
    /// The axes in another order: axis i of the result is axis order[i] of x. Matrix products read it in place; other operations
    /// have it copied, once.
    /// </summary>
    /// <exception cref="ShapeException">The order does not name every axis once.</exception>
    public static Tensor Permute(this Tensor x, params ReadOnlySpan<int> order)
    {
        Span<bool> isNamed = stackalloc bool[x.Shape.Rank];
        var sizes = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            if (order.Length != x.Shape.Rank || order[i] < 0 || order[i] >= x.Shape.Rank || isNamed[order[i]])
                throw new ShapeException(nameof(Permute), $"x {x.Shape} and the order [{string.Join(", ", order.ToArray())}]");
            isNamed[order[i]] = true;
            sizes[i] = x.Shape[order[i]];
        }
        if (order.Length != x.Shape.Rank)
            throw new ShapeException(nameof(Permute), $"x {x.Shape} and the order []");
        int[] axes = [.. order];
        var (strides, offset) = TensorView.StridesOf(x);
        return View(
            nameof(Permute), x, StridedCopy.Permute(x.Shape.Sizes, order), new(sizes),
            Array.ConvertAll(axes, axis => strides[axis]), offset, () => LayoutReference.Permute([.. x.Shape], axes));
    }

    /// <summary>Two axes change places; by default the last two. Negative axes count from the end.</summary>
    /// <exception cref="ShapeException">x has no such axes.</exception>
    public static Tensor Transpose(this Tensor x, int first = -2, int second = -1)
    {
        var order = Enumerable.Range(0, x.Shape.Rank).ToArray();
        (first, second) = (Axis(nameof(Transpose), x, first), Axis(nameof(Transpose), x, second));
        (order[first], order[second]) = (order[second], order[first]);
        return x.Permute(order);
    }
}
