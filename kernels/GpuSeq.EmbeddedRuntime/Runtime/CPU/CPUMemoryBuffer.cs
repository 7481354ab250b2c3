namespace ILGPU.Runtime.CPU;

/// <summary>Memory of the CPU accelerator, aligned to cache lines.</summary>
internal sealed class CPUMemoryBuffer : MemoryBuffer
{
    private readonly CPUAccelerator _accelerator;
    private nint _block;

    public CPUMemoryBuffer(CPUAccelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        _accelerator = accelerator;
        var bytes = LengthInBytes;
        accelerator.Reserve(bytes);
        try
        {
            NativePtr = CPUMemory.Allocate(bytes, out _block);
        }
        catch (OutOfMemoryException exception)
        {
            accelerator.Return(this, bytes);
            throw accelerator.OutOfMemory(bytes, exception);
        }
        accelerator.Adopt(this);
    }

    protected override void Free()
    {
        CPUMemory.Free(_block);
        NativePtr = _block = 0;
        _accelerator.Return(this, LengthInBytes);
    }
}
