using System.Runtime.CompilerServices;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime;

// One class for each number of parameters, because C# has no variadic generics.

internal sealed unsafe class Launcher<TShape, T1>(LaunchTarget<TShape> target) : Launcher<TShape>(target)
    where TShape : struct where T1 : struct
{
    private T1 _a1;

    public void Launch(TShape shape, T1 a1) => Launch(DefaultStream, shape, a1);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1)
    {
        lock (LaunchLock)
        {
            _a1 = a1;
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) => ((delegate*<T1, void>)kernel)(_a1);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1>>(step)(lane, frames, _a1);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1);
}

internal sealed unsafe class Launcher<TShape, T1, T2>(LaunchTarget<TShape> target) : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct
{
    private T1 _a1;
    private T2 _a2;

    public void Launch(TShape shape, T1 a1, T2 a2) => Launch(DefaultStream, shape, a1, a2);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2)
    {
        lock (LaunchLock)
        {
            (_a1, _a2) = (a1, a2);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) => ((delegate*<T1, T2, void>)kernel)(_a1, _a2);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2>>(step)(lane, frames, _a1, _a2);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3>(LaunchTarget<TShape> target) : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3) => Launch(DefaultStream, shape, a1, a2, a3);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3) = (a1, a2, a3);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) => ((delegate*<T1, T2, T3, void>)kernel)(_a1, _a2, _a3);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3>>(step)(lane, frames, _a1, _a2, _a3);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4>(LaunchTarget<TShape> target) : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4) => Launch(DefaultStream, shape, a1, a2, a3, a4);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4) = (a1, a2, a3, a4);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) => ((delegate*<T1, T2, T3, T4, void>)kernel)(_a1, _a2, _a3, _a4);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4>>(step)(lane, frames, _a1, _a2, _a3, _a4);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5>(LaunchTarget<TShape> target) : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) => Launch(DefaultStream, shape, a1, a2, a3, a4, a5);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5) = (a1, a2, a3, a4, a5);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) => ((delegate*<T1, T2, T3, T4, T5, void>)kernel)(_a1, _a2, _a3, _a4, _a5);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5, T6>(LaunchTarget<TShape> target) : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;
    private T6 _a6;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) =>
        Launch(DefaultStream, shape, a1, a2, a3, a4, a5, a6);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6) = (a1, a2, a3, a4, a5, a6);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, T6, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5, _a6);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) => ((delegate*<T1, T2, T3, T4, T5, T6, void>)kernel)(_a1, _a2, _a3, _a4, _a5, _a6);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5)
        .Add(ref _a6);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5, T6, T7>(LaunchTarget<TShape> target) : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;
    private T6 _a6;
    private T7 _a7;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) =>
        Launch(DefaultStream, shape, a1, a2, a3, a4, a5, a6, a7);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7) = (a1, a2, a3, a4, a5, a6, a7);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, T6, T7, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) => ((delegate*<T1, T2, T3, T4, T5, T6, T7, void>)kernel)(_a1, _a2, _a3, _a4, _a5, _a6, _a7);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5)
        .Add(ref _a6).Add(ref _a7);
}
