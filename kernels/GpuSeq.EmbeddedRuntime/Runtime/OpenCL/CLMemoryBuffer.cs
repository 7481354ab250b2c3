namespace ILGPU.Runtime.OpenCL;

/// <summary>
/// Memory of an OpenCL device. OpenCL 1.2 shows no addresses, so every buffer gets a range of its own that nothing can be read
/// from: what views compute with, and what tells where in the buffer they begin.
/// </summary>
internal sealed unsafe class CLMemoryBuffer : MemoryBuffer
{
    private const long FirstAddress = 1L << 56; // no program has memory there
    private const long Page = 4096;

    private static long _nextAddress = FirstAddress;

    private readonly CLAccelerator _accelerator;

    public CLMemoryBuffer(CLAccelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        _accelerator = accelerator;
        var bytes = LengthInBytes;
        accelerator.Memory.Reserve(bytes);
        try
        {
            Handle = Create(accelerator, bytes);
        }
        catch
        {
            accelerator.Memory.Return(this);
            throw;
        }
        var span = (bytes / Page + 2) * Page; // a page of nothing behind each
        NativePtr = (nint)(Interlocked.Add(ref _nextAddress, span) - span);
        accelerator.Memory.Adopt(this);
    }

    /// <summary>OpenCL's memory object.</summary>
    public nint Handle { get; private set; }

    /// <summary>A buffer as one of an accelerator.</summary>
    /// <exception cref="ArgumentException">It is another accelerator's.</exception>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public static CLMemoryBuffer Of(MemoryBuffer buffer, Accelerator accelerator)
    {
        ObjectDisposedException.ThrowIf(buffer.IsDisposed, buffer);
        return buffer.Accelerator == accelerator
            ? (CLMemoryBuffer)buffer
            : throw new ArgumentException($"Memory of {buffer.Accelerator} is not memory of {accelerator}.", nameof(buffer));
    }

    protected override void Free()
    {
        _ = CLApi.ReleaseMemObject(Handle); // what is queued still has it
        Handle = 0;
        _accelerator.Memory.Return(this);
    }

    // Devices put memory aside when it is first used; moving it there at once lets the allocation fail instead of a kernel.
    private static nint Create(CLAccelerator accelerator, long bytes)
    {
        CLError error;
        var size = (nuint)Math.Max(bytes, 1);
        var handle = CLApi.CreateBuffer(accelerator.ContextHandle, CLApi.MemReadWrite, size, null, &error);
        if (error == CLError.Success)
        {
            error = CLApi.EnqueueMigrateMemObjects(
                accelerator.DefaultQueue, 1, &handle, CLApi.MigrateContentUndefined, 0, null, null);
            if (error == CLError.Success)
                return handle;
            _ = CLApi.ReleaseMemObject(handle);
        }
        throw error switch
        {
            CLError.InvalidBufferSize => accelerator.Memory.OutOfMemory(
                bytes, $", and one buffer has at most {((CLDevice)accelerator.Device).MaxAllocation}"),
            CLError.MemObjectAllocationFailure or CLError.OutOfResources or CLError.OutOfHostMemory =>
                accelerator.Memory.OutOfMemory(bytes, $", but the driver says {CLException.NameOf(error)}"),
            _ => CLException.Of(error, $"Allocating {bytes} bytes on {accelerator.Name}"),
        };
    }
}
