using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels.Measurement;

/// <summary>What a machine can do at most, measured by kernels that do one thing only.</summary>
/// <param name="FlopsOne">Multiply-add operations a second of one core, counted as two each.</param>
/// <param name="FlopsAll">Those of all cores.</param>
/// <param name="Bandwidth">Bytes read and written a second beyond the caches.</param>
/// <param name="Pattern">The pattern that reached the bandwidth.</param>
/// <param name="LaunchSeconds">What a launch of one work item costs.</param>
public sealed record MachineLimits(double FlopsOne, double FlopsAll, double Bandwidth, MemoryPattern Pattern, double LaunchSeconds)
{
    private const int Rounds = 100_000;
    private const int RoundsOfALane = 2_000; // there are thousands of lanes
    private const int ItemsPerCore = 8; // so that a core that comes late takes fewer
    private const int ItemLength = 16 * 1024; // as elementwise kernels have it
    private const long BufferBytes = 256L << 20; // well beyond the caches

    /// <summary>The least time that work can take here: by its operations or by its bytes, whichever takes longer.</summary>
    public double LeastSeconds(double flops, double bytes) => Math.Max(flops / FlopsAll, bytes / Bandwidth);

    /// <summary>Whether it is the memory that limits work.</summary>
    public bool IsMemoryBound(double flops, double bytes) => bytes / Bandwidth > flops / FlopsAll;

    /// <summary>The higher limits of two measurements, of which either may have been disturbed.</summary>
    public MachineLimits Best(MachineLimits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var fastest = Bandwidth >= other.Bandwidth ? this : other;
        return new(
            Math.Max(FlopsOne, other.FlopsOne), Math.Max(FlopsAll, other.FlopsAll), fastest.Bandwidth, fastest.Pattern,
            Math.Min(LaunchSeconds, other.LaunchSeconds));
    }

    /// <summary>Measures a machine, in a few seconds.</summary>
    public static MachineLimits Measure(KernelLibrary kernels)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        var timer = new KernelTimer(kernels.Accelerator);
        var (pattern, bandwidth) = MeasureMemory(kernels, timer);
        return new(
            MeasureFlops(kernels, timer, all: false), MeasureFlops(kernels, timer, all: true), bandwidth, pattern,
            MeasureLaunch(kernels, timer));
    }

    private static double MeasureFlops(KernelLibrary kernels, KernelTimer timer, bool all)
    {
        var isRow = kernels.Shape == KernelShape.Row;
        var launch = kernels.LoadKernel<ArrayView<float>, int, int>(isRow ? MultiplyAddKernels.Part : MultiplyAddKernels.Lane);
        var (items, lanes) = isRow
            ? (all ? ItemsPerCore * kernels.Parallelism : 1, (int)kernels.Width / (8 * sizeof(float)))
            : (kernels.Accelerator.MaxNumThreadsPerGroup * (all ? ItemsPerCore * kernels.Parallelism : 1), 1);
        var rounds = isRow ? Rounds : RoundsOfALane;
        using var results = kernels.Accelerator.Allocate1D<float>(items);
        var view = results.View.BaseView;
        var seconds = timer.Best(() => launch(items, view, rounds, (int)kernels.Width));
        return items * MultiplyAddKernels.Flops(lanes, rounds) / seconds;
    }

    private static (MemoryPattern Pattern, double Bandwidth) MeasureMemory(KernelLibrary kernels, KernelTimer timer)
    {
        var launch = kernels.LoadKernel<ArrayView<float>, ArrayView<float>, MemoryKernels.Arguments>(
            kernels.Shape == KernelShape.Row ? MemoryKernels.Part : MemoryKernels.Lane);
        var bytes = Math.Min(BufferBytes, kernels.Accelerator.MemorySize / 8);
        var length = bytes / sizeof(float) / ItemLength * ItemLength;
        using var first = kernels.Accelerator.Allocate1D<float>(length);
        using var second = kernels.Accelerator.Allocate1D<float>(length);
        var (x, y) = (first.View.BaseView, second.View.BaseView);
        kernels.Elementwise.Fill(x, 1f); // so that every page is there
        kernels.Elementwise.Fill(y, 1f);
        var cut = new FlatCut(kernels, length, ItemLength);
        var items = kernels.FlatItems(cut);
        return Enum.GetValues<MemoryPattern>()
            .Select(pattern =>
            {
                var arguments = new MemoryKernels.Arguments { Cut = cut, Pattern = (int)pattern };
                var seconds = timer.Best(() => launch(items, x, y, arguments));
                return (pattern, (double)length * MemoryKernels.BytesPerElement(pattern) / seconds);
            })
            .MaxBy(result => result.Item2);
    }

    private static double MeasureLaunch(KernelLibrary kernels, KernelTimer timer)
    {
        using var memory = kernels.Accelerator.Allocate1D<float>(1);
        var view = memory.View.BaseView;
        return timer.Best(() => kernels.Elementwise.Fill(view, 0f));
    }
}
