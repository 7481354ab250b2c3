using System.Runtime.InteropServices;

namespace ILGPU.Runtime.OpenCL;

/// <summary>
/// An in-order queue of an OpenCL device. It remembers what is in flight: launches, to name the one that fails, and copies of
/// small data from the program, which would otherwise have to wait for all that is queued before them.
/// </summary>
internal sealed unsafe class CLStream : AcceleratorStream
{
    private const int MaxInFlight = 256;
    private const int WorkPerFlush = 8; // some drivers start nothing before they are told to
    private const long MaxStagedBytes = 256 * 1024;

    private readonly CLAccelerator _accelerator;
    private readonly Lock _lock = new();
    private readonly Work[] _inFlight = new Work[MaxInFlight];
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
            nint done;
            MakeRoom();
            var error = CLApi.EnqueueNDRangeKernel(Queue, kernel.Handle, 3, null, global, local, 0, null, &done);
            if (error != CLError.Success)
                throw CLException.Of(error, $"Kernel {kernel.Name}", kernel.Name);
            Remember(new(done, kernel, 0));
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
            bytes <= MaxStagedBytes
                ? Stage(source, handle, offset, (nuint)bytes)
                : CLApi.EnqueueWriteBuffer(Queue, handle, CLApi.True, offset, (nuint)bytes, source, 0, null, null),
            "Copying to", bytes);
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

    private CLError Stage(void* source, nint target, nuint offset, nuint bytes)
    {
        lock (_lock)
        {
            nint done;
            MakeRoom();
            var staged = NativeMemory.Alloc(bytes);
            NativeMemory.Copy(source, staged, bytes);
            var error = CLApi.EnqueueWriteBuffer(Queue, target, CLApi.False, offset, bytes, staged, 0, null, &done);
            if (error == CLError.Success)
                Remember(new(done, null, (nint)staged));
            else
                NativeMemory.Free(staged);
            return error;
        }
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

    private void MakeRoom() => Retire(ref _inFlight[_next]);

    private void Remember(Work work)
    {
        _inFlight[_next] = work;
        _next = (_next + 1) % MaxInFlight;
        if (_next % WorkPerFlush == 0)
            _ = CLApi.Flush(Queue);
    }

    private void RetireAll()
    {
        for (var i = 0; i < MaxInFlight; i++) // the oldest first
            Retire(ref _inFlight[(_next + i) % MaxInFlight]);
    }

    private void Retire(ref Work work)
    {
        if (work.Done == 0)
            return;
        var done = work.Done;
        var error = CLApi.WaitForEvents(1, &done);
        if (error != CLError.Success)
        {
            var subject = work.Kernel is { } kernel ? $"Kernel {kernel.Name}" : "A copy to the device";
            _failure ??= new(error, $"{subject} failed on {_accelerator.Name}: {CLException.NameOf(error)}.", work.Kernel?.Name);
        }
        NativeMemory.Free((void*)work.Staged);
        _ = CLApi.ReleaseEvent(done);
        work = default;
    }

    /// <summary>A launch or a copy that was queued.</summary>
    /// <param name="Done">OpenCL's event.</param>
    /// <param name="Kernel">What was launched, or null for a copy.</param>
    /// <param name="Staged">What is copied, to be freed when it was; 0 for a launch.</param>
    private readonly record struct Work(nint Done, CLKernel? Kernel, nint Staged);
}
