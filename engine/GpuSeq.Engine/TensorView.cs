using GpuSeq.Kernels;
using ILGPU;

namespace GpuSeq.Engine;

/// <summary>
/// Elements of a graph's tensor at other strides, as a transposition or a slice has them. Operations that take strides read them
/// in place; for others they are copied out, at their first use.
/// </summary>
internal sealed class TensorView : Tensor
{
    private Tensor? _copy;

    /// <param name="x">What the view is made from; a view of a view reads what lies beneath.</param>
    /// <param name="shape">The view's shape.</param>
    /// <param name="offset">Where it begins beneath, in elements.</param>
    /// <param name="strides">Elements from one entry of each axis to the next.</param>
    public TensorView(Tensor x, Shape shape, long offset, int[] strides)
        : base(x.Graph, shape, x.ElementType, default, x.RequiresGradient && x.Graph!.IsRecording)
    {
        Operand = x;
        (Root, Offset, Strides) = ((x as TensorView)?.Root ?? x, offset, strides);
    }

    /// <summary>What the view was made from, and what its gradient goes to.</summary>
    public Tensor Operand { get; }

    /// <summary>The tensor whose memory holds the elements.</summary>
    public Tensor Root { get; }

    /// <summary>Where the view begins in the root's memory, in elements.</summary>
    public long Offset { get; }

    /// <summary>Elements from one entry of each axis to the next.</summary>
    public int[] Strides { get; }

    internal override ArrayView<byte> Memory => (_copy ??= CopyOut()).Memory;

    internal override MemoryBlock? Block => (_copy ??= CopyOut()).Block;

    /// <summary>The strides of a tensor's axes, and where its elements begin beneath.</summary>
    public static (int[] Strides, long Offset) StridesOf(Tensor x)
    {
        if (x is TensorView view)
            return (view.Strides, view.Offset);
        return (Dense(x.Shape), 0);
    }

    /// <summary>The strides of elements that lie side by side.</summary>
    public static int[] Dense(Shape shape)
    {
        var strides = new int[shape.Rank];
        var stride = 1;
        for (var i = shape.Rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride = checked(stride * Math.Max(shape[i], 1));
        }
        return strides;
    }

    /// <summary>Whether elements at such strides lie side by side. Those of axes of size 1 do not matter.</summary>
    public static bool IsDense(Shape shape, int[] strides)
    {
        var dense = Dense(shape);
        return Enumerable.Range(0, shape.Rank).All(i => shape[i] <= 1 || strides[i] == dense[i]);
    }

    private Tensor CopyOut()
    {
        var copy = Graph!.New(Shape, ElementType);
        Graph.Kernels.Layout.Copy(
            StridedCopy.Strided(Shape.Sizes, Strides, Offset), Root.Memory.Cast<float>(), copy.Memory.Cast<float>()); // bits are moved
        return copy;
    }
}
