using ILGPU;
using ILGPU.Runtime.CPU;

namespace GpuSeq.Kernels.Tests;

/// <summary>The kernels of a CPU accelerator, and memory for a test.</summary>
internal sealed class CpuKernels : IDisposable
{
    private readonly Context _context = Context.Create(builder => builder.CPU());

    public CpuKernels(KernelShape shape = KernelShape.Row)
    {
        Accelerator = _context.CreateCPUAccelerator(0);
        Library = new KernelLibrary(Accelerator, shape);
    }

    public CPUAccelerator Accelerator { get; }

    public KernelLibrary Library { get; }

    /// <summary>Memory that holds one value everywhere.</summary>
    public ArrayView<float> Floats(int length, float value = 0) => Floats([.. Enumerable.Repeat(value, length)]);

    public ArrayView<float> Floats(float[] values) => Accelerator.Allocate1D(values).View.BaseView;

    public ArrayView<int> Ints(int[] values) => Accelerator.Allocate1D(values).View.BaseView;

    public void Dispose()
    {
        Library.Dispose();
        Accelerator.Dispose();
        _context.Dispose();
    }
}
