using GpuSeq.Kernels;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>A tensor that outlives graphs, such as the state that a recurrent model carries from one window to the next.</summary>
public sealed class StateTensor : Tensor, IDisposable
{
    private readonly MemoryBlock _block;

    /// <summary>A tensor of zeros.</summary>
    /// <param name="device">Where it lives.</param>
    /// <param name="shape">Its shape.</param>
    public StateTensor(Device device, Shape shape)
        : this(shape, Rent(device, shape))
    {
    }

    private StateTensor(Shape shape, MemoryBlock block)
        : base(null, shape, ElementType.Float32, block.View<byte>(shape.ElementCount * sizeof(float)), requiresGradient: false)
    {
        _block = block;
        Clear();
    }

    /// <summary>Sets all elements to zero.</summary>
    public void Clear() => Floats.MemSetToZero();

    /// <summary>Takes the elements of a tensor over, without its history.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void Assign(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.Shape.Equals(Shape))
            throw new ShapeException(nameof(Assign), $"{Shape} and {source.Shape}");
        source.Floats.CopyTo(Floats);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _block.Dispose();

    private static MemoryBlock Rent(Device device, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(shape);
        return device.Pool.Rent(shape.ElementCount * sizeof(float));
    }
}
