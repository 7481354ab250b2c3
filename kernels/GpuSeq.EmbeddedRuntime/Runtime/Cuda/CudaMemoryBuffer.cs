namespace ILGPU.Runtime.Cuda;

/// <summary>Memory of an NVIDIA GPU.</summary>
internal sealed unsafe class CudaMemoryBuffer : MemoryBuffer
{
    private readonly CudaAccelerator _accelerator;

    public CudaMemoryBuffer(CudaAccelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        _accelerator = accelerator;
        accelerator.Bind();
        accelerator.Memory.Reserve(LengthInBytes);
        nint address = 0;
        var result = accelerator.Api.MemAlloc(&address, (nuint)Math.Max(LengthInBytes, 1));
        if (result != 0)
        {
            accelerator.Memory.Return(this);
            if (result == CudaApi.OutOfMemory)
                throw accelerator.Memory.OutOfMemory(LengthInBytes);
            accelerator.Check(result, $"Allocating {LengthInBytes} bytes");
        }
        NativePtr = address;
        accelerator.Memory.Adopt(this);
    }

    // The driver waits for the work on the device before it frees.
    protected override void Free()
    {
        _accelerator.TryBind();
        _ = _accelerator.Api.MemFree(NativePtr);
        NativePtr = 0;
        _accelerator.Memory.Return(this);
    }
}
