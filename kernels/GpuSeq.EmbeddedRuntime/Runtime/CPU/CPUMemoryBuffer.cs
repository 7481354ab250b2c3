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
        accelerator.Memory.Reserve(bytes); // Linux promises memory that it has not got, and ends the process later
        try
        {
            NativePtr = CPUMemory.Allocate(bytes, out _block);
        }
        catch (OutOfMemoryException exception)
        {
            accelerator.Memory.Return(this);
            throw accelerator.Memory.OutOfMemory(bytes, cause: exception);
        }
        accelerator.Memory.Adopt(this);
    }

    protected override void Free()
    {
        CPUMemory.Free(_block);
        NativePtr = _block = 0;
        _accelerator.Memory.Return(this);
    }
}
