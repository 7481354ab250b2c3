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

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
