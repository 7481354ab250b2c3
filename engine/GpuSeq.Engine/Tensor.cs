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
    public virtual Tensor? Gradient => _graph?.FindGradient(this);

    internal Graph? Graph => _graph;

    /// <summary>The memory, wherever it lies at this moment.</summary>
    internal virtual ArrayView<byte> Memory => _memory;

    /// <summary>Copies the elements to the program's memory, after all that computes them.</summary>
    public float[] ToArray() => Floats.GetAsArray();

    /// <summary>Copies the elements to the program's memory, after all that computes them.</summary>
    public int[] ToIntArray() => Ints.GetAsArray();

    /// <summary>The only element.</summary>
    /// <exception cref="InvalidOperationException">There is not exactly one.</exception>
    public float Item()
    {
        if (Shape.ElementCount != 1)
            throw new InvalidOperationException($"Item: a tensor of shape {Shape} is not one number.");
        Span<float> value = stackalloc float[1];
        Floats.CopyToCPU(value);
        return value[0];
    }

    /// <inheritdoc cref="Operations.Add"/>
    public static Tensor operator +(Tensor a, Tensor b) => a.Add(b);

    /// <inheritdoc cref="Operations.Subtract"/>
    public static Tensor operator -(Tensor a, Tensor b) => a.Subtract(b);

    /// <inheritdoc cref="Operations.Multiply"/>
    public static Tensor operator *(Tensor a, Tensor b) => a.Multiply(b);

    /// <inheritdoc cref="Operations.Divide"/>
    public static Tensor operator /(Tensor a, Tensor b) => a.Divide(b);

    /// <inheritdoc/>
    public override string ToString() => $"{ElementType} {Shape}";

    private ArrayView<T> View<T>(ElementType type)
        where T : unmanaged
    {
        if (ElementType != type)
            throw new InvalidOperationException($"A tensor of {ElementType} {Shape} was used as {type}.");
        _graph?.ThrowIfEnded();
        return Memory.Cast<T>();
    }
}
