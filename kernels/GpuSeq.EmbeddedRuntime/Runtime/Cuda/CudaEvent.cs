namespace ILGPU.Runtime.Cuda;

/// <summary>A mark in a stream.</summary>
internal sealed unsafe class CudaEvent : IDisposable
{
    private readonly CudaAccelerator _accelerator;
    private nint _handle;

    /// <summary>Creates an event; the context is the thread's.</summary>
    public CudaEvent(CudaAccelerator accelerator)
    {
        _accelerator = accelerator;
        nint handle;
        accelerator.Check(accelerator.Api.EventCreate(&handle, 0), "Creating an event");
        _handle = handle;
    }

    /// <summary>Marks the end of what is queued.</summary>
    public void Record(nint stream) => _accelerator.Check(_accelerator.Api.EventRecord(_handle, stream), "Recording an event");

    /// <summary>Waits until the device has come to the mark; not at all where nothing was recorded.</summary>
    public void Wait() => _accelerator.Check(_accelerator.Api.EventSynchronize(_handle), "Waiting for an event");

    /// <summary>The device's time since another event; both have passed.</summary>
    public TimeSpan Since(CudaEvent earlier)
    {
        float milliseconds;
        _accelerator.Check(_accelerator.Api.EventElapsedTime(&milliseconds, earlier._handle, _handle), "Measuring time");
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    public void Dispose()
    {
        if (_handle != 0)
            _ = _accelerator.Api.EventDestroy(_handle);
        _handle = 0;
    }
}
