namespace ILGPU.Runtime;

/// <summary>A queue of launches and copies that run in order.</summary>
public abstract class AcceleratorStream : IDisposable
{
    /// <summary>A stream of an accelerator.</summary>
    protected AcceleratorStream(Accelerator accelerator) => Accelerator = accelerator;

    /// <summary>The accelerator that runs it.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Waits until all that was queued has run.</summary>
    /// <exception cref="AcceleratorException">A kernel in the queue failed.</exception>
    public abstract void Synchronize();

    /// <summary>Queues a copy from the program's memory, which may be reused when this returns.</summary>
    internal abstract unsafe void CopyIn(void* source, MemoryBuffer target, nint address, long bytes);

    /// <summary>Queues a copy to the program's memory; it is there after <see cref="Synchronize"/>.</summary>
    internal abstract unsafe void CopyOut(MemoryBuffer source, nint address, void* target, long bytes);

    /// <summary>Queues a copy between two pieces of device memory.</summary>
    internal abstract void Copy(MemoryBuffer source, nint sourceAddress, MemoryBuffer target, nint targetAddress, long bytes);

    /// <summary>Queues filling device memory with a byte.</summary>
    internal abstract void Fill(MemoryBuffer target, nint address, long bytes, byte value);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
