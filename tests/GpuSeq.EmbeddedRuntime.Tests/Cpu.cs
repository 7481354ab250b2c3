using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace GpuSeq.EmbeddedRuntime.Tests;

/// <summary>A CPU accelerator with its context.</summary>
internal sealed class Cpu : IDisposable
{
    private readonly Context _context;

    public Cpu(int threads = 2, int warpSize = 32, bool assertions = false)
    {
        _context = Context.Create(builder =>
        {
            builder.CPU(new CPUDevice(warpSize, 1, threads));
            if (assertions)
                builder.Assertions();
        });
        Accelerator = _context.CreateCPUAccelerator(0);
    }

    public CPUAccelerator Accelerator { get; }

    public MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(int length)
        where T : unmanaged
    {
        var buffer = Accelerator.Allocate1D<T>(length);
        buffer.View.MemSetToZero();
        return buffer;
    }

    public void Dispose() => _context.Dispose();
}
