using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GpuSeq.Kernels.Tests;

/// <summary>The kernels of a CPU accelerator, and memory for a test.</summary>
internal sealed class CpuKernels : IDisposable
{
    private readonly Context _context;

    public CpuKernels(KernelShape shape = KernelShape.Row, SimdWidth? width = null)
    {
        // ILGPU has a thread for each lane: rows take the fewest that there are, groups as many as the largest has.
        var (lanes, warps) = shape == KernelShape.Row ? (2, 1) : (32, 8);
        _context = Context.Create(builder => builder.CPU(new CPUDevice(lanes, warps, Environment.ProcessorCount)));
        Accelerator = _context.CreateCPUAccelerator(0);
        Library = new KernelLibrary(Accelerator, shape, width);
    }

    public CPUAccelerator Accelerator { get; }

    public KernelLibrary Library { get; }

    /// <summary>Memory that holds one value everywhere.</summary>
    public ArrayView<float> Floats(int length, float value = 0) => Floats([.. Enumerable.Repeat(value, length)]);

    public ArrayView<float> Floats(float[] values) => Copy(values);

    public ArrayView<int> Ints(int[] values) => Copy(values);

    public void Dispose()
    {
        Library.Dispose();
        Accelerator.Dispose();
        _context.Dispose();
    }

    private ArrayView<T> Copy<T>(T[] values)
        where T : unmanaged
    {
        var view = Accelerator.Allocate1D<T>(values.Length).View.BaseView;
        view.CopyFromCPU(values);
        return view;
    }
}
