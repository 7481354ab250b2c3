using System.Reflection;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Devices;
using ILGPU.Runtime.OpenCL;

namespace GpuSeq.EmbeddedRuntime.Tests.OpenCL;

/// <summary>An OpenCL accelerator with its context, and kernels written in OpenCL C.</summary>
internal sealed class OpenCLDevice : IDisposable
{
    private readonly Context _context;

    /// <summary>Takes the first device; where there is none, the test is left out.</summary>
    public OpenCLDevice()
    {
        CLDevice.Discover(out var reason);
        if (reason is not null)
            Assert.Ignore($"No OpenCL device: {reason}.");
        _context = Context.Create(builder => builder.OpenCL());
        Accelerator = _context.CreateCLAccelerator(0);
    }

    public CLAccelerator Accelerator { get; }

    public CLStream Stream => (CLStream)Accelerator.DefaultStream;

    public MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(int length)
        where T : unmanaged
    {
        var buffer = Accelerator.Allocate1D<T>(length);
        buffer.MemSetToZero();
        return buffer;
    }

    /// <summary>A kernel of which parameters and body are given.</summary>
    public CLKernel Build(string parameters, string body, bool isExplicit = false, bool usesDynamicShared = false, int groupSize = 0)
    {
        var method = typeof(OpenCLDevice).GetMethod(nameof(SomeKernel), BindingFlags.NonPublic | BindingFlags.Static)!;
        var source = $"__kernel void test({parameters})\n{{\n{body}\n}}\n";
        return Accelerator.Build(new TranslatedKernel(method, isExplicit, "test", source, usesDynamicShared), groupSize);
    }

    public static void Add<T>(DeviceArguments arguments, ArrayView<T> view)
        where T : unmanaged => arguments.AddView(view.Buffer, view.LoadEffectiveAddressAsPtr(), view.Length);

    public void Dispose() => _context.Dispose();

    private static void SomeKernel()
    {
    }
}
