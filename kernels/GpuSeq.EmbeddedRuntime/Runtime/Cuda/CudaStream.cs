namespace ILGPU.Runtime.Cuda;

/// <summary>A stream of an NVIDIA GPU.</summary>
internal sealed unsafe class CudaStream : AcceleratorStream
{
    private const uint NonBlocking = 1; // does not wait for the driver's own default stream

    private readonly CudaAccelerator _accelerator;
    private readonly Lock _stagingLock = new();
    private StagingBuffer? _staging;
    private nint _handle;

    /// <summary>Creates a stream; the context is the thread's.</summary>
    public CudaStream(CudaAccelerator accelerator)
        : base(accelerator)
    {
        _accelerator = accelerator;
        nint handle;
        accelerator.Check(Api.StreamCreate(&handle, NonBlocking), "Creating a stream");
        _handle = handle;
    }

    /// <summary>The driver's stream, on a thread that may use it.</summary>
    public nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            _accelerator.Bind();
            return _handle;
        }
    }

    private CudaApi Api => _accelerator.Api;

    public override void Synchronize() => _accelerator.Check(Api.StreamSynchronize(Handle), "Waiting for a stream");

    internal override void CopyIn(void* source, MemoryBuffer target, nint address, long bytes)
    {
        var handle = Handle;
        lock (_stagingLock)
        {
            _staging ??= new(_accelerator);
            for (long done = 0; done < bytes;)
            {
                var piece = Math.Min(bytes - done, StagingBuffer.MaxPiece);
                var staged = _staging.Put((byte*)source + done, piece, handle);
                _accelerator.Check(Api.MemcpyHtoDAsync(address + (nint)done, staged, (nuint)piece, handle), "Copying to the device");
                done += piece;
            }
        }
    }

    // The caller's memory is pinned no longer than this call, so it waits.
    internal override void CopyOut(MemoryBuffer source, nint address, void* target, long bytes)
    {
        _accelerator.Check(Api.MemcpyDtoHAsync(target, address, (nuint)bytes, Handle), "Copying from the device");
        Synchronize();
    }

    internal override void Copy(MemoryBuffer source, nint sourceAddress, MemoryBuffer target, nint targetAddress, long bytes) =>
        _accelerator.Check(Api.MemcpyDtoDAsync(targetAddress, sourceAddress, (nuint)bytes, Handle), "Copying on the device");

    internal override void Fill(MemoryBuffer target, nint address, long bytes, byte value) =>
        _accelerator.Check(Api.MemsetD8Async(address, value, (nuint)bytes, Handle), "Filling memory");

    // Work that is queued still runs; errors are reported by the next call of another stream.
    public override void Dispose()
    {
        if (_handle != 0)
        {
            _accelerator.TryBind();
            _ = Api.StreamSynchronize(_handle);
            _staging?.Dispose();
            _ = Api.StreamDestroy(_handle);
            _handle = 0;
            _accelerator.Forget(this);
        }
        base.Dispose();
    }
}
