using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>Memory of the CPU accelerator, aligned to cache lines.</summary>
internal sealed unsafe class CPUMemoryBuffer : MemoryBuffer
{
    private const int Alignment = 64;

    private readonly CPUAccelerator _accelerator;

    public CPUMemoryBuffer(CPUAccelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        _accelerator = accelerator;
        var bytes = LengthInBytes;
        accelerator.Reserve(bytes);
        try
        {
            NativePtr = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Alignment);
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
        NativeMemory.AlignedFree((void*)NativePtr);
        NativePtr = 0;
        _accelerator.Return(this, LengthInBytes);
    }
}
