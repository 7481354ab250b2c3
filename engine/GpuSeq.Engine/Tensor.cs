using System.Runtime.CompilerServices;
using GpuSeq.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>
/// A shape and the device memory that holds its elements, rows first. Tensors of a graph are temporary: their memory goes back
/// to the pool when the graph's scope ends. Nobody disposes one by hand.
/// </summary>
public class Tensor
{
    private readonly Graph? _graph;
    private readonly ArrayView<byte> _memory;

    internal Tensor(Graph? graph, Shape shape, ElementType type, ArrayView<byte> memory, bool requiresGradient)
    {
        _graph = graph;
        Shape = shape;
        ElementType = type;
        _memory = memory;
        RequiresGradient = requiresGradient;
    }

    /// <summary>The sizes of its dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>What one element is.</summary>
    public virtual ElementType ElementType { get; }

    /// <summary>Whether a gradient reaches it in <see cref="Graph.Backward"/>.</summary>
    public virtual bool RequiresGradient { get; }

    /// <summary>The elements as float32.</summary>
    /// <exception cref="InvalidOperationException">The elements are something else, or the tensor's graph has ended.</exception>
    public ArrayView<float> Floats => View<float>(ElementType.Float32);

    /// <summary>The elements as 32-bit integers, such as token ids.</summary>
    /// <exception cref="InvalidOperationException">The elements are something else, or the tensor's graph has ended.</exception>
    public ArrayView<int> Ints => View<int>(ElementType.Int32);

    /// <summary>The gradient that <see cref="Graph.Backward"/> left, or null where none has arrived.</summary>
    /// <exception cref="InvalidOperationException">
    /// An operation made the tensor, and <see cref="RetainGradient"/> was not called: such gradients go as soon as they are used.
    /// </exception>
    public virtual Tensor? Gradient => _graph?.FindGradient(this);

    internal Graph? Graph => _graph;

    /// <summary>The graph's memory that it lies in, alone or with other views; null where it outlives graphs.</summary>
    internal virtual MemoryBlock? Block { get; init; }

    /// <summary>The kernels of its device.</summary>
    internal virtual KernelLibrary? Kernels => _graph?.Kernels;

    /// <summary>Whether a recorded operation made it.</summary>
    internal bool IsResult { get; set; }

    internal bool RetainsGradient { get; private set; }

    /// <summary>The memory, wherever it lies at this moment.</summary>
    internal virtual ArrayView<byte> Memory => _memory;

    /// <summary>An entry of the first axis; from the end as <c>x[^1]</c>.</summary>
    /// <exception cref="ShapeException">There is no such entry.</exception>
    [IndexerName("Part")]
    public Tensor this[Index entry]
    {
        get
        {
            if (Shape.Rank == 0)
                throw new ShapeException("Index", $"{Shape} has no axis 0");
            return this.Slice(entry.GetOffset(Shape[0]), 1).Reshape([.. Shape.Skip(1)]);
        }
    }

    /// <summary>Parts of the first axes, as in <c>x[.., 1..3]</c>.</summary>
    /// <exception cref="ShapeException">There are more ranges than axes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A range does not lie inside its axis.</exception>
    [IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<Range> ranges]
    {
        get
        {
            var part = this;
            for (var axis = 0; axis < ranges.Length; axis++)
                part = ranges[axis].Equals(Range.All) ? part : part.Slice(axis, ranges[axis]);
            return part;
        }
    }

    /// <summary>Keeps the gradient of a tensor that an operation made, for <see cref="Gradient"/>. Others are kept anyway.</summary>
    /// <returns>The tensor itself.</returns>
    /// <exception cref="InvalidOperationException">No gradient reaches it.</exception>
    public Tensor RetainGradient()
    {
        if (!RequiresGradient)
            throw new InvalidOperationException($"RetainGradient: no gradient reaches the tensor {this}.");
        RetainsGradient = true;
        return this;
    }

    /// <summary>Copies the elements to the program's memory, after all that computes them.</summary>
    public float[] ToArray() => Read(Floats).GetAsArray();

    /// <summary>Copies the elements to the program's memory, after all that computes them.</summary>
    public int[] ToIntArray() => Read(Ints).GetAsArray();

    /// <summary>Copies the elements to memory of the program that may be used again, after all that computes them.</summary>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public void CopyTo(Span<float> values)
    {
        if (values.Length != Shape.ElementCount)
            throw new ArgumentException($"CopyTo: a tensor of shape {Shape} does not fill {values.Length} values.", nameof(values));
        Read(Floats).CopyToCPU(values);
    }

    /// <summary>The only element.</summary>
    /// <exception cref="InvalidOperationException">There is not exactly one.</exception>
    public float Item()
    {
        if (Shape.ElementCount != 1)
            throw new InvalidOperationException($"Item: a tensor of shape {Shape} is not one number.");
        Span<float> value = stackalloc float[1];
        Read(Floats).CopyToCPU(value);
        return value[0];
    }

    /// <inheritdoc cref="Operations.Add(Tensor, Tensor)"/>
    public static Tensor operator +(Tensor a, Tensor b) => a.Add(b);

    /// <inheritdoc cref="Operations.Subtract"/>
    public static Tensor operator -(Tensor a, Tensor b) => a.Subtract(b);

    /// <inheritdoc cref="Operations.Multiply"/>
    public static Tensor operator *(Tensor a, Tensor b) => a.Multiply(b);

    /// <inheritdoc cref="Operations.Divide"/>
    public static Tensor operator /(Tensor a, Tensor b) => a.Divide(b);

    /// <inheritdoc cref="Operations.Add(Tensor, float)"/>
    public static Tensor operator +(Tensor x, float number) => x.Add(number);

    /// <inheritdoc cref="Operations.Add(Tensor, float)"/>
    public static Tensor operator +(float number, Tensor x) => x.Add(number);

    /// <summary>x minus a number, for every element.</summary>
    public static Tensor operator -(Tensor x, float number) => x.Add(-number);

    /// <summary>A number minus x, for every element.</summary>
    public static Tensor operator -(float number, Tensor x) => x.Scale(-1f).Add(number);

    /// <summary>-x.</summary>
    public static Tensor operator -(Tensor x) => x.Scale(-1f);

    /// <inheritdoc cref="Operations.Scale"/>
    public static Tensor operator *(Tensor x, float alpha) => x.Scale(alpha);

    /// <inheritdoc cref="Operations.Scale"/>
    public static Tensor operator *(float alpha, Tensor x) => x.Scale(alpha);

    /// <summary>x times the reciprocal of a number.</summary>
    public static Tensor operator /(Tensor x, float number) => x.Scale(1f / number);

    /// <inheritdoc/>
    public override string ToString() => $"{ElementType} {Shape}";

    // A step that reads values back cannot be replayed: what the program does with them is not known to a recording.
    private ArrayView<T> Read<T>(ArrayView<T> view)
        where T : unmanaged
    {
        Kernels?.Recorder?.Refuse($"it reads the values of a tensor {this} back to the program");
        return view;
    }

    private ArrayView<T> View<T>(ElementType type)
        where T : unmanaged
    {
        if (ElementType != type)
            throw new InvalidOperationException($"A tensor of {ElementType} {Shape} was used as {type}.");
        _graph?.ThrowIfEnded();
        return Memory.Cast<T>();
    }
}
