using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU.Runtime.CPU.Stepping;

namespace ILGPU.Runtime.CPU;

/// <summary>A kernel on the CPU accelerator: the method, and the arguments of the launch in flight.</summary>
internal abstract class CPUKernel(CPUAccelerator accelerator, MethodInfo method)
{
    private readonly string _name = CPUAccelerator.KernelName(method);

    protected CPUAccelerator Accelerator { get; } = accelerator;

    protected AcceleratorStream DefaultStream { get; } = accelerator.DefaultStream;

    protected nint Address { get; } = method.IsStatic
        ? method.MethodHandle.GetFunctionPointer()
        : throw new NotSupportedException($"Kernel {CPUAccelerator.KernelName(method)} must be a static method.");

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
internal abstract class ImplicitKernel<TIndex>(CPUAccelerator accelerator, MethodInfo method)
    : CPUKernel(accelerator, method), IRangeWork
    where TIndex : struct, IIndex
{
    protected TIndex Extent { get; private set; }

    public abstract void Run(long begin, long end);

    protected void Execute(AcceleratorStream stream, TIndex extent)
    {
        var items = extent.LongSize;
        if (items <= 0 || !CanRun(stream))
            return;
        Extent = extent;
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
internal abstract class ExplicitKernel(CPUAccelerator accelerator, MethodInfo method) : CPUKernel(accelerator, method)
{
    private readonly MethodInfo _method = method;
    private KernelSteps.Rewritten? _rewritten;

    /// <summary>Runs the kernel for the lane that the calling thread stands for.</summary>
    public abstract void RunLane();

    /// <summary>Runs the rewritten kernel for a lane, until the lane waits or ends.</summary>
    public abstract void Step(Delegate step, LaneContext lane, object frames);

    /// <summary>The kernel rewritten so that lanes leave it where they wait; made when it is first launched.</summary>
    public KernelSteps.Rewritten Rewritten => _rewritten ??= KernelSteps.Of(_method);

    protected void Execute(AcceleratorStream stream, KernelConfig config)
    {
        if (config.Size > 0 && CanRun(stream))
            Report(stream, Accelerator.Groups.Run(this, config));
    }
}

// One class for each number of parameters, because C# has no variadic generics.

internal sealed unsafe class ImplicitKernel<TIndex, T1>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;

    public void Launch(TIndex extent, T1 a1) => Launch(DefaultStream, extent, a1);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1)
    {
        lock (Accelerator.LaunchLock)
        {
            _a1 = a1;
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;

    public void Launch(KernelConfig config, T1 a1) => Launch(DefaultStream, config, a1);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1)
    {
        lock (Accelerator.LaunchLock)
        {
            _a1 = a1;
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, void>)Address)(_a1);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1>>(step)(lane, frames, _a1);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2) => Launch(DefaultStream, extent, a1, a2);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2) = (a1, a2);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2) => Launch(DefaultStream, config, a1, a2);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2) = (a1, a2);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, void>)Address)(_a1, _a2);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2>>(step)(lane, frames, _a1, _a2);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3) => Launch(DefaultStream, extent, a1, a2, a3);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3) = (a1, a2, a3);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3) => Launch(DefaultStream, config, a1, a2, a3);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3) = (a1, a2, a3);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, void>)Address)(_a1, _a2, _a3);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3>>(step)(lane, frames, _a1, _a2, _a3);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4) => Launch(DefaultStream, extent, a1, a2, a3, a4);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4) = (a1, a2, a3, a4);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4) => Launch(DefaultStream, config, a1, a2, a3, a4);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4) = (a1, a2, a3, a4);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, void>)Address)(_a1, _a2, _a3, _a4);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4>>(step)(lane, frames, _a1, _a2, _a3, _a4);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5) = (a1, a2, a3, a4, a5);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) => Launch(DefaultStream, config, a1, a2, a3, a4, a5);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5) = (a1, a2, a3, a4, a5);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, void>)Address)(_a1, _a2, _a3, _a4, _a5);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5, T6>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5, a6);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6) = (a1, a2, a3, a4, a5, a6);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, T6, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5, _a6);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5, T6>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) => Launch(DefaultStream, config, a1, a2, a3, a4, a5, a6);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6) = (a1, a2, a3, a4, a5, a6);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, T6, void>)Address)(_a1, _a2, _a3, _a4, _a5, _a6);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5, a6, a7);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7) = (a1, a2, a3, a4, a5, a6, a7);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, T6, T7, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5, T6, T7>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) => Launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7) = (a1, a2, a3, a4, a5, a6, a7);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, T6, T7, void>)Address)(_a1, _a2, _a3, _a4, _a5, _a6, _a7);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5, a6, a7, a8);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8) = (a1, a2, a3, a4, a5, a6, a7, a8);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5, T6, T7, T8>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) => Launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8) = (a1, a2, a3, a4, a5, a6, a7, a8);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, void>)Address)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5, a6, a7, a8, a9);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9) = (a1, a2, a3, a4, a5, a6, a7, a8, a9);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) => Launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9) = (a1, a2, a3, a4, a5, a6, a7, a8, a9);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, void>)Address)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10) => Launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, void>)Address)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;
    private T11 _a11 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;
    private T11 _a11 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) => Launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, void>)Address)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;
    private T11 _a11 = default!;
    private T12 _a12 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;
    private T11 _a11 = default!;
    private T12 _a12 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) => Launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, void>)Address)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;
    private T11 _a11 = default!;
    private T12 _a12 = default!;
    private T13 _a13 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;
    private T11 _a11 = default!;
    private T12 _a12 = default!;
    private T13 _a13 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13) => Launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, void>)Address)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13);
}

internal sealed unsafe class ImplicitKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(CPUAccelerator accelerator, MethodInfo method)
    : ImplicitKernel<TIndex>(accelerator, method)
    where TIndex : struct, IIndex
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;
    private T11 _a11 = default!;
    private T12 _a12 = default!;
    private T13 _a13 = default!;
    private T14 _a14 = default!;

    public void Launch(TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14) => Launch(DefaultStream, extent, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);

    public void Launch(AcceleratorStream stream, TIndex extent, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13, _a14) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);
            Execute(stream, extent);
        }
    }

    public override void Run(long begin, long end)
    {
        var kernel = (delegate*<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, void>)Address;
        for (var i = begin; i < end; i++)
        {
            kernel(GridIndex.FromLinear(Extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13, _a14);
            LocalArena.EndItem();
        }
    }
}

internal sealed unsafe class ExplicitKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(CPUAccelerator accelerator, MethodInfo method)
    : ExplicitKernel(accelerator, method)
{
    private T1 _a1 = default!;
    private T2 _a2 = default!;
    private T3 _a3 = default!;
    private T4 _a4 = default!;
    private T5 _a5 = default!;
    private T6 _a6 = default!;
    private T7 _a7 = default!;
    private T8 _a8 = default!;
    private T9 _a9 = default!;
    private T10 _a10 = default!;
    private T11 _a11 = default!;
    private T12 _a12 = default!;
    private T13 _a13 = default!;
    private T14 _a14 = default!;

    public void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14) => Launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);

    public void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14)
    {
        lock (Accelerator.LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13, _a14) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);
            Execute(stream, config);
        }
    }

    public override void RunLane() => ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, void>)Address)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13, _a14);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13, _a14);
}
