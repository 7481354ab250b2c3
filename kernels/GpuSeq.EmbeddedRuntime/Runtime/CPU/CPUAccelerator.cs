namespace ILGPU.Runtime.CPU;

/// <summary>
/// Runs kernels on the processor. Implicitly grouped kernels are spread over a pool of threads; explicitly grouped
/// ones run with the semantics of a GPU's groups, lane by lane. A launch returns when the kernel has run.
/// </summary>
public sealed class CPUAccelerator : Accelerator
{
    private readonly CPUStream _defaultStream;
    private readonly List<CPUStream> _streams = [];

    internal CPUAccelerator(Context context, CPUDevice device)
        : base(context, device)
    {
        Workers = new WorkerPool(device.NumMultiprocessors);
        Groups = new GroupExecutor(this);
        _defaultStream = new CPUStream(this);
    }

    /// <inheritdoc/>
    public override AcceleratorStream DefaultStream => _defaultStream;

    internal WorkerPool Workers { get; }

    internal GroupExecutor Groups { get; }

    /// <summary>One launch at a time: it has all the threads, and its arguments stand in its kernel.</summary>
    internal Lock LaunchLock { get; } = new();

    /// <inheritdoc/>
    public override AcceleratorStream CreateStream()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var stream = new CPUStream(this);
        lock (_streams)
            _streams.Add(stream);
        return stream;
    }

    /// <inheritdoc/>
    public override void Synchronize()
    {
        _defaultStream.Synchronize();
        CPUStream[] streams;
        lock (_streams)
            streams = [.. _streams];
        foreach (var stream in streams)
            stream.Synchronize();
    }

    internal void Forget(CPUStream stream)
    {
        lock (_streams)
            _streams.Remove(stream);
    }

    /// <inheritdoc/>
    protected override MemoryBuffer AllocateRaw(long length, int elementSize) => new CPUMemoryBuffer(this, length, elementSize);

    /// <inheritdoc/>
    protected override void Release()
    {
        // A launch of another thread ends before its memory goes.
        lock (LaunchLock)
        {
            Groups.Dispose();
            Workers.Dispose();
            Memory.Clear();
        }
    }
}
