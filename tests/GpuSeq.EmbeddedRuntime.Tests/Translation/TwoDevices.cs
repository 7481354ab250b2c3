using System.Runtime.CompilerServices;
using GpuSeq.EmbeddedRuntime.Tests.OpenCL;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

/// <summary>Runs kernels on the CPU, which takes them as .NET compiled them, and translated on an OpenCL device.</summary>
internal sealed class TwoDevices : IDisposable
{
    private readonly OpenCLDevice _device = new(); // ends the test where there is none
    private readonly Cpu _cpu;

    public TwoDevices() => _cpu = new(warpSize: _device.Accelerator.WarpSize);

    public Accelerator Device => _device.Accelerator;

    /// <summary>Compares what a kernel writes on both.</summary>
    /// <param name="length">The number of results, which are zero before.</param>
    /// <param name="launch">Loads the kernel for an accelerator and launches it.</param>
    /// <param name="tolerance">By how much floating-point results may differ, in parts of the larger; 0 compares bits.</param>
    public void Agree<T>(int length, Action<Accelerator, ArrayView<T>> launch, double tolerance = 0)
        where T : unmanaged
    {
        var expected = Run(_cpu.Accelerator, length, launch);
        var actual = Run(_device.Accelerator, length, launch);
        for (var i = 0; i < length; i++)
        {
            if (!IsSame(expected[i], actual[i], tolerance))
                Assert.Fail($"Result {i} is {expected[i]} on the CPU and {actual[i]} on {_device.Accelerator}.");
        }
    }

    /// <summary>Compares an explicitly grouped kernel of an input and an output.</summary>
    public void Agree<TIn, TOut>(
        Action<ArrayView<TIn>, ArrayView<TOut>> kernel, KernelConfig config, TIn[] input, int length, double tolerance = 0)
        where TIn : unmanaged
        where TOut : unmanaged => Agree<TOut>(
            length,
            (accelerator, output) =>
            {
                using var values = accelerator.Allocate1D(input);
                accelerator.LoadStreamKernel(kernel)(config, values.View, output);
                accelerator.Synchronize();
            },
            tolerance);

    public void Dispose()
    {
        _cpu.Dispose();
        _device.Dispose();
    }

    private static T[] Run<T>(Accelerator accelerator, int length, Action<Accelerator, ArrayView<T>> launch)
        where T : unmanaged
    {
        using var buffer = accelerator.Allocate1D<T>(length);
        buffer.MemSetToZero();
        launch(accelerator, buffer.View);
        accelerator.Synchronize();
        return buffer.GetAsArray1D();
    }

    private static bool IsSame<T>(T expected, T actual, double tolerance)
        where T : unmanaged
    {
        if (expected is not (float or double))
            return EqualityComparer<T>.Default.Equals(expected, actual);
        var (left, right) = (Convert.ToDouble(expected), Convert.ToDouble(actual));
        if (double.IsNaN(left) || double.IsNaN(right))
            return double.IsNaN(left) && double.IsNaN(right);
        return left.Equals(right) && double.IsNegative(left) == double.IsNegative(right)
            || Math.Abs(left - right) <= tolerance * Math.Max(Math.Abs(left), Math.Abs(right));
    }
}

/// <summary>Writes results one after the other.</summary>
internal struct Results<T>(ArrayView<T> view, int begin)
    where T : unmanaged
{
    private readonly ArrayView<T> _view = view;
    private int _next = begin;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T value) => _view[_next++] = value;
}
