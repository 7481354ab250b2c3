namespace ILGPU.Runtime.Cuda;

/// <summary>Memory of an NVIDIA GPU.</summary>
internal sealed class CudaMemoryBuffer : MemoryBuffer
{
    private readonly CudaAccelerator _accelerator;

    public CudaMemoryBuffer(CudaAccelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        _accelerator = accelerator;
        NativePtr = accelerator.Take(this);
    }

    protected override void Free()
    {
        _accelerator.Return(this);
        NativePtr = 0;
    }
}
