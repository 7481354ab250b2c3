namespace ILGPU.Runtime;

/// <summary>A piece of device memory.</summary>
public abstract class MemoryBuffer : IDisposable
{
    /// <summary>A buffer of an accelerator.</summary>
    protected MemoryBuffer(Accelerator accelerator, long length, int elementSize)
    {
        Accelerator = accelerator;
        Length = length;
        ElementSize = elementSize;
    }

    /// <summary>The accelerator that owns it.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The address on the device.</summary>
    public nint NativePtr { get; protected set; }

    /// <summary>The number of elements.</summary>
    public long Length { get; }

    /// <summary>The size of an element in bytes.</summary>
    public int ElementSize { get; }

    /// <summary>The number of bytes.</summary>
    public long LengthInBytes => Length * ElementSize;

    /// <summary>Whether the memory was given back.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Gives the memory back. Views of it must not be used any more.</summary>
    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory back to the device.</summary>
    protected abstract void Free();
}

/// <summary>A one-dimensional buffer.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TStride">The stride: <see cref="Stride1D.Dense"/>.</typeparam>
public sealed unsafe class MemoryBuffer1D<T, TStride> : IDisposable
    where T : unmanaged
    where TStride : struct
{
    internal MemoryBuffer1D(MemoryBuffer buffer)
    {
        Buffer = buffer;
        var view = new ArrayView<T>(buffer, (T*)buffer.NativePtr, buffer.Length, buffer.Accelerator.Context.ChecksBounds);
        View = new(view);
    }

    /// <summary>The memory behind this buffer.</summary>
    public MemoryBuffer Buffer { get; }

    /// <summary>The whole buffer as a view.</summary>
    public ArrayView1D<T, TStride> View { get; }

    /// <summary>The accelerator that owns it.</summary>
    public Accelerator Accelerator => Buffer.Accelerator;

    /// <summary>The number of elements.</summary>
    public long Length => Buffer.Length;

    /// <summary>The number of elements as an extent.</summary>
    public Index1D IntExtent => View.IntExtent;

    /// <summary>The number of bytes.</summary>
    public long LengthInBytes => Buffer.LengthInBytes;

    /// <summary>The address on the device.</summary>
    public nint NativePtr => Buffer.NativePtr;

    /// <summary>Whether the memory was given back.</summary>
    public bool IsDisposed => Buffer.IsDisposed;

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();
}
