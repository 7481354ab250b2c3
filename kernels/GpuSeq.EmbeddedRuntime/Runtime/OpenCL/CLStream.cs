namespace ILGPU.Runtime.OpenCL;

/// <summary>An in-order queue of an OpenCL device. It remembers the launches in flight, to name the one that fails.</summary>
internal sealed unsafe class CLStream : AcceleratorStream
{
    private const int MaxLaunches = 256;
    private const int LaunchesPerFlush = 8; // some drivers start nothing before they are told to

    private readonly CLAccelerator _accelerator;
    private readonly Lock _lock = new();
    private readonly (CLKernel? Kernel, nint Event)[] _launches = new (CLKernel?, nint)[MaxLaunches];
    private int _next;
    private CLException? _failure;

    public CLStream(CLAccelerator accelerator)
        : base(accelerator)
    {
        _accelerator = accelerator;
        CLError error;
        Queue = CLApi.CreateCommandQueue(accelerator.ContextHandle, ((CLDevice)accelerator.Device).Id, 0, &error);
        CLApi.Check(error, "clCreateCommandQueue");
    }

    /// <summary>OpenCL's queue.</summary>
    public nint Queue { get; private set; }

    /// <summary>Queues a kernel.</summary>
    /// <param name="kernel">The kernel, whose arguments are set.</param>
    /// <param name="global">The number of lanes in each of three dimensions.</param>
    /// <param name="local">The number of lanes of a group in each of three dimensions.</param>
    public void Launch(CLKernel kernel, nuint* global, nuint* local)
    {
        ObjectDisposedException.ThrowIf(Queue == 0, this);
        lock (_lock)
        {
            ref var launch = ref _launches[_next];
            Retire(ref launch);
            nint handle;
            var error = CLApi.EnqueueNDRangeKernel(Queue, kernel.Handle, 3, null, global, local, 0, null, &handle);
            if (error != CLError.Success)
                throw CLException.Of(error, $"Kernel {kernel.Name}", kernel.Name);
            launch = (kernel, handle);
            _next = (_next + 1) % MaxLaunches;
            if (_next % LaunchesPerFlush == 0)
                _ = CLApi.Flush(Queue);
        }
    }

    public override void Synchronize()
    {
        ObjectDisposedException.ThrowIf(Queue == 0, this);
        var error = CLApi.Finish(Queue);
        Report();
        if (error != CLError.Success)
            throw CLException.Of(error, $"Work on {_accelerator.Name}");
    }

    internal override void CopyIn(void* source, MemoryBuffer target, nint address, long bytes)
    {
        var (handle, offset) = Place(target, address);
        Check(
            CLApi.EnqueueWriteBuffer(Queue, handle, CLApi.True, offset, (nuint)bytes, source, 0, null, null), "Copying to", bytes);
    }

    internal override void CopyOut(MemoryBuffer source, nint address, void* target, long bytes)
    {
        var (handle, offset) = Place(source, address);
        Check(
            CLApi.EnqueueReadBuffer(Queue, handle, CLApi.True, offset, (nuint)bytes, target, 0, null, null), "Copying from", bytes);
    }

    internal override void Copy(MemoryBuffer source, nint sourceAddress, MemoryBuffer target, nint targetAddress, long bytes)
    {
        var (from, fromOffset) = Place(source, sourceAddress);
        var (to, toOffset) = Place(target, targetAddress);
        if (from != to || fromOffset != toOffset)
            Check(CLApi.EnqueueCopyBuffer(Queue, from, to, fromOffset, toOffset, (nuint)bytes, 0, null, null), "Copying on", bytes);
    }

    internal override void Fill(MemoryBuffer target, nint address, long bytes, byte value)
    {
        var (handle, offset) = Place(target, address);
        Check(CLApi.EnqueueFillBuffer(Queue, handle, &value, 1, offset, (nuint)bytes, 0, null, null), "Filling", bytes);
    }

    public override void Dispose()
    {
        if (Queue == 0)
            return;
        _ = CLApi.Finish(Queue);
        lock (_lock)
        {
            RetireAll();
            _ = CLApi.ReleaseCommandQueue(Queue);
            Queue = 0;
        }
        _accelerator.Forget(this);
        base.Dispose();
    }

    private (nint Handle, nuint Offset) Place(MemoryBuffer buffer, nint address)
    {
        ObjectDisposedException.ThrowIf(Queue == 0, this);
        return (CLMemoryBuffer.Of(buffer, _accelerator).Handle, (nuint)(address - buffer.NativePtr));
    }

    // A copy that waits for a kernel fails with it: then the kernel's name tells more.
    private void Check(CLError error, string doing, long bytes)
    {
        if (error == CLError.Success)
            return;
        _ = CLApi.Finish(Queue);
        Report();
        throw CLException.Of(error, $"{doing} {_accelerator.Name}, {bytes} bytes,");
    }

    private void Report()
    {
        CLException? failure;
        lock (_lock)
        {
            RetireAll();
            (failure, _failure) = (_failure, null);
        }
        if (failure is not null)
            throw failure;
    }

    private void RetireAll()
    {
        for (var i = 0; i < MaxLaunches; i++) // the oldest first
            Retire(ref _launches[(_next + i) % MaxLaunches]);
    }

    private void Retire(ref (CLKernel? Kernel, nint Event) launch)
    {
        if (launch.Kernel is not { } kernel)
            return;
        var handle = launch.Event;
        var error = CLApi.WaitForEvents(1, &handle);
        if (error != CLError.Success)
            _failure ??= new(error, $"Kernel {kernel.Name} failed on {_accelerator.Name}: {CLException.NameOf(error)}.", kernel.Name);
        _ = CLApi.ReleaseEvent(handle);
        launch = default;
    }
}
