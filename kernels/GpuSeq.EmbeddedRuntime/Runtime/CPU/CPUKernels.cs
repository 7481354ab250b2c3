using System.Reflection;
using GpuSeq.EmbeddedRuntime.IL;
using ILGPU.Runtime.CPU.Stepping;

namespace ILGPU.Runtime.CPU;

/// <summary>A kernel on the CPU accelerator.</summary>
internal abstract class CPUKernel<TShape>(CPUAccelerator accelerator, MethodInfo method)
    : LaunchTarget<TShape>(accelerator.LaunchLock, accelerator.DefaultStream)
    where TShape : struct
{
    private readonly string _name = KernelApi.Name(method);

    protected CPUAccelerator Accelerator { get; } = accelerator;

    protected nint Address { get; } = method.MethodHandle.GetFunctionPointer();

    protected void Report(AcceleratorStream stream, Exception? failure)
    {
        if (failure is not null)
            ((CPUStream)stream).Fail(_name, failure);
    }

    protected bool CanRun(AcceleratorStream stream)
    {
        ObjectDisposedException.ThrowIf(Accelerator.IsDisposed, Accelerator);
        return ((CPUStream)stream).IsOpen;
    }
}

/// <summary>A kernel whose work items know only their index.</summary>
internal sealed class ImplicitKernel<TIndex>(CPUAccelerator accelerator, MethodInfo method)
    : CPUKernel<TIndex>(accelerator, method), IRangeWork
    where TIndex : struct, IIndex
{
    // Of the launch in flight.
    private Launcher<TIndex>? _launcher;
    private TIndex _extent;

    public void Run(long begin, long end) => _launcher!.RunItems(Address, _extent, begin, end);

    public override void Execute(Launcher<TIndex> launcher, AcceleratorStream stream, TIndex shape)
    {
        var items = shape.LongSize;
        if (items <= 0 || !CanRun(stream))
            return;
        _launcher = launcher;
        _extent = shape;
        if (items > 1 && Accelerator.Workers.Threads > 1)
        {
            Report(stream, Accelerator.Workers.Run(this, items));
            return;
        }
        try
        {
            Run(0, items);
        }
#pragma warning disable CA1031 // A kernel may throw anything; it is reported at the next synchronisation.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Report(stream, exception);
        }
    }
}

/// <summary>A kernel whose lanes form groups.</summary>
internal sealed class ExplicitKernel(CPUAccelerator accelerator, MethodInfo method) : CPUKernel<KernelConfig>(accelerator, method)
{
    private readonly MethodInfo _method = method;
    private Launcher<KernelConfig>? _launcher; // of the launch in flight
    private KernelSteps.Rewritten? _rewritten;

    /// <summary>Runs the kernel for the lane that the calling thread stands for.</summary>
    public void RunLane() => _launcher!.RunLane(Address);

    /// <summary>Runs the rewritten kernel for a lane, until the lane waits or ends.</summary>
    public void Step(Delegate step, LaneContext lane, object frames) => _launcher!.Step(step, lane, frames);

    /// <summary>The kernel rewritten so that lanes leave it where they wait; made when it is first launched.</summary>
    public KernelSteps.Rewritten Rewritten => _rewritten ??= KernelSteps.Of(_method);

    public override void Execute(Launcher<KernelConfig> launcher, AcceleratorStream stream, KernelConfig shape)
    {
        if (shape.Size <= 0 || !CanRun(stream))
            return;
        _launcher = launcher;
        Report(stream, Accelerator.Groups.Run(this, shape));
    }
}
