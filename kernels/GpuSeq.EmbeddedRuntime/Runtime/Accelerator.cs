using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>Runs kernels and owns the memory that they work on.</summary>
public abstract class Accelerator : IDisposable
{
    private readonly Context _context;

    /// <summary>An accelerator of a device.</summary>
    protected Accelerator(Context context, Device device)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        Device = device;
        Memory = new(this);
        context.Register(this);
    }

    /// <summary>The context that it was created in.</summary>
    public Context Context => _context;

    /// <summary>The device that it runs on.</summary>
    public Device Device { get; }

    /// <summary>The kind of accelerator.</summary>
    public AcceleratorType AcceleratorType => Device.AcceleratorType;

    /// <summary>The name of the device.</summary>
    public string Name => Device.Name;

    /// <summary>The device's memory in bytes.</summary>
    public long MemorySize => Device.MemorySize;

    /// <summary>Bytes in buffers that are alive.</summary>
    public long LiveBytes => Memory.LiveBytes;

    /// <summary>The most bytes that were alive at one time.</summary>
    public long PeakBytes => Memory.PeakBytes;

    /// <summary>The number of buffers that are alive.</summary>
    public int LiveBuffers => Memory.LiveBuffers;

    /// <summary>Bytes that can still be allocated, as far as is known.</summary>
    internal virtual long FreeBytes => MemorySize - LiveBytes;

    internal DeviceMemory Memory { get; }

    /// <summary>The largest grid of groups.</summary>
    public Index3D MaxGridSize => Device.MaxGridSize;

    /// <summary>The largest group in each dimension.</summary>
    public Index3D MaxGroupSize => Device.MaxGroupSize;

    /// <summary>The largest number of lanes in a group.</summary>
    public int MaxNumThreadsPerGroup => Device.MaxNumThreadsPerGroup;

    /// <summary>Shared memory of a group in bytes.</summary>
    public int MaxSharedMemoryPerGroup => Device.MaxSharedMemoryPerGroup;

    /// <summary>The number of lanes in a warp.</summary>
    public int WarpSize => Device.WarpSize;

    /// <summary>The number of units that run groups side by side; on a CPU, the number of threads.</summary>
    public int NumMultiprocessors => Device.NumMultiprocessors;

    /// <summary>The largest number of lanes that one unit holds.</summary>
    public int MaxNumThreadsPerMultiprocessor => Device.MaxNumThreadsPerMultiprocessor;

    /// <summary>The stream that is used where none is given.</summary>
    public abstract AcceleratorStream DefaultStream { get; }

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Creates another stream.</summary>
    public abstract AcceleratorStream CreateStream();

    /// <summary>Waits for all streams.</summary>
    /// <exception cref="AcceleratorException">A kernel failed.</exception>
    public abstract void Synchronize();

    /// <summary>Takes memory from the device; its contents are undefined.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="length">The number of elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or its bytes exceed 64 bits.</exception>
    /// <exception cref="OutOfMemoryException">The device has not that much memory; says how much was asked and is free.</exception>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var elementSize = Unsafe.SizeOf<T>();
        if (length < 0 || length > long.MaxValue / elementSize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length), $"Cannot allocate {length} elements of {elementSize} bytes: the size is out of range.");
        }
        return new(AllocateRaw(length, elementSize));
    }

    /// <summary>Takes memory from the device and fills it from an array.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="data">What to fill it with.</param>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        var buffer = Allocate1D<T>(data.LongLength);
        buffer.View.BaseView.CopyFromCPU(data);
        return buffer;
    }

    /// <summary>Takes memory from the device.</summary>
    protected abstract MemoryBuffer AllocateRaw(long length, int elementSize);

    /// <summary>Gives back what the accelerator holds, buffers that are still alive included.</summary>
    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        _context.Unregister(this);
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what the accelerator holds.</summary>
    protected abstract void Release();

    /// <inheritdoc/>
    public override string ToString() => Device.ToString();
}
