using GpuSeq.Kernels;
using GpuSeq.Kernels.Recording;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>A tensor that outlives graphs, such as the state that a recurrent model carries from one window to the next.</summary>
public sealed class StateTensor : Tensor, IDisposable
{
    private readonly Device _device;
    private readonly MemoryBlock _block;

    /// <summary>A tensor of zeros.</summary>
    /// <param name="device">Where it lives.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="elementType">What one element is.</param>
    public StateTensor(Device device, Shape shape, ElementType elementType = ElementType.Float32)
        : this(device, shape, elementType, Rent(device, shape, elementType))
    {
    }

    private StateTensor(Device device, Shape shape, ElementType elementType, MemoryBlock block)
        : base(null, shape, elementType, block.View<byte>(shape.ElementCount * elementType.ByteSize()), requiresGradient: false)
    {
        _device = device;
        _block = block;
        Memory.MemSetToZero(); // once, even where a step that is recorded makes it
    }

    internal override KernelLibrary Kernels => _device.Kernels;

    /// <summary>Sets all elements to zero.</summary>
    public void Clear() => Kernels.Clear(Memory);

    /// <summary>Takes the elements of a tensor over, without its history.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void Assign(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.Shape.Equals(Shape))
            throw new ShapeException(nameof(Assign), $"{Shape} and {source.Shape}");
        if (source.ElementType != ElementType)
            throw new InvalidOperationException($"Assign: {source} was assigned to a tensor of {ElementType}.");
        Kernels.Copy(source.Memory, Memory);
    }

    /// <summary>
    /// Takes rows over at a place that each sequence has, without their history: row t of sequence b becomes row first[b] + t. The
    /// other rows stay. Such is a cache of keys and values.
    /// </summary>
    /// <param name="rows">[B, T, C]; of this [B, S, C]. A slice of wider rows is read in place.</param>
    /// <param name="first">[B] integers, each from 0 to S - T.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public void AssignRows(Tensor rows, Tensor first)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(first);
        var fits = Shape.Rank == 3 && rows.Shape.Rank == 3 && rows.Shape[0] == Shape[0] && rows.Shape[1] <= Shape[1]
            && rows.Shape[2] == Shape[2] && first.ElementType == ElementType.Int32 && first.Shape.ElementCount == Shape[0];
        if (!fits)
            throw new ShapeException(nameof(AssignRows), $"{Shape} [B, S, C], rows {rows.Shape} [B, T, C] and places {first}");
        var (floats, stride) = Operations.RowsOf(rows);
        var shape = new PlacementShape(Shape[0], rows.Shape[1], Shape[2], Shape[1]) { Stride = stride };
        Kernels.Placement.Place(shape, floats, first.Ints, Floats);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _block.Dispose();

    private static MemoryBlock Rent(Device device, Shape shape, ElementType elementType)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(shape);
        return device.Rent(shape.ElementCount * elementType.ByteSize());
    }
}
