using System.Reflection;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// Runs kernels on the processor. Implicitly grouped kernels are spread over a pool of threads; explicitly grouped
/// ones run with the semantics of a GPU's groups, lane by lane. A launch returns when the kernel has run.
/// </summary>
public sealed class CPUAccelerator : Accelerator
{
    private readonly Lock _memoryLock = new();
    private readonly HashSet<CPUMemoryBuffer> _buffers = [];
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

    /// <summary>Bytes in buffers that are alive.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The most bytes that were alive at one time.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>The number of buffers that are alive.</summary>
    public int LiveBuffers
    {
        get
        {
            lock (_memoryLock)
                return _buffers.Count;
        }
    }

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
            CPUMemoryBuffer[] buffers;
            lock (_memoryLock)
                buffers = [.. _buffers];
            foreach (var buffer in buffers)
                buffer.Dispose();
        }
    }

    // Linux promises memory that it has not got and ends the process later, so the limit is checked here.
    internal void Reserve(long bytes)
    {
        lock (_memoryLock)
        {
            if (bytes > MemorySize - LiveBytes)
                throw OutOfMemory(bytes, null);
            LiveBytes += bytes;
            PeakBytes = Math.Max(PeakBytes, LiveBytes);
        }
    }

    internal void Adopt(CPUMemoryBuffer buffer)
    {
        lock (_memoryLock)
            _buffers.Add(buffer);
    }

    internal void Return(CPUMemoryBuffer buffer, long bytes)
    {
        lock (_memoryLock)
        {
            LiveBytes -= bytes;
            _buffers.Remove(buffer);
        }
    }

    internal OutOfMemoryException OutOfMemory(long bytes, Exception? cause) => new(
        $"Cannot allocate {bytes} bytes on {Name}: {MemorySize - LiveBytes} of {MemorySize} bytes are free.", cause);

    internal static string KernelName(MethodInfo kernel) => $"{kernel.DeclaringType?.Name}.{kernel.Name}";
}
