using System.Runtime.CompilerServices;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime;

// One class for each number of parameters, because C# has no variadic generics.

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5, T6, T7, T8>(LaunchTarget<TShape> target)
    : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;
    private T6 _a6;
    private T7 _a7;
    private T8 _a8;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) =>
        Launch(DefaultStream, shape, a1, a2, a3, a4, a5, a6, a7, a8);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8) = (a1, a2, a3, a4, a5, a6, a7, a8);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, T6, T7, T8, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) =>
        ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, void>)kernel)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5)
        .Add(ref _a6).Add(ref _a7).Add(ref _a8);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9>(LaunchTarget<TShape> target)
    : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct where T9 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;
    private T6 _a6;
    private T7 _a7;
    private T8 _a8;
    private T9 _a9;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) =>
        Launch(DefaultStream, shape, a1, a2, a3, a4, a5, a6, a7, a8, a9);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9) = (a1, a2, a3, a4, a5, a6, a7, a8, a9);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) =>
        ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, void>)kernel)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6, _a7,
            _a8, _a9);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5)
        .Add(ref _a6).Add(ref _a7).Add(ref _a8).Add(ref _a9);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(LaunchTarget<TShape> target)
    : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct where T9 : struct where T10 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;
    private T6 _a6;
    private T7 _a7;
    private T8 _a8;
    private T9 _a9;
    private T10 _a10;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10) =>
        Launch(DefaultStream, shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) =>
        ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, void>)kernel)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5, _a6,
            _a7, _a8, _a9, _a10);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5)
        .Add(ref _a6).Add(ref _a7).Add(ref _a8).Add(ref _a9).Add(ref _a10);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(LaunchTarget<TShape> target)
    : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;
    private T6 _a6;
    private T7 _a7;
    private T8 _a8;
    private T9 _a9;
    private T10 _a10;
    private T11 _a11;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) =>
        Launch(DefaultStream, shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10,
        T11 a11)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) =>
        ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, void>)kernel)(_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>>(step)(lane, frames, _a1, _a2, _a3, _a4, _a5,
            _a6, _a7, _a8, _a9, _a10, _a11);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5)
        .Add(ref _a6).Add(ref _a7).Add(ref _a8).Add(ref _a9).Add(ref _a10).Add(ref _a11);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(LaunchTarget<TShape> target)
    : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;
    private T6 _a6;
    private T7 _a7;
    private T8 _a8;
    private T9 _a9;
    private T10 _a10;
    private T11 _a11;
    private T12 _a12;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) =>
        Launch(DefaultStream, shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10,
        T11 a11, T12 a12)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12) = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) =>
        ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, void>)kernel)(
            _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>>(step)(lane, frames, _a1, _a2, _a3, _a4,
            _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5)
        .Add(ref _a6).Add(ref _a7).Add(ref _a8).Add(ref _a9).Add(ref _a10).Add(ref _a11).Add(ref _a12);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(LaunchTarget<TShape> target)
    : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;
    private T6 _a6;
    private T7 _a7;
    private T8 _a8;
    private T9 _a9;
    private T10 _a10;
    private T11 _a11;
    private T12 _a12;
    private T13 _a13;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13) =>
        Launch(DefaultStream, shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10,
        T11 a11, T12 a12, T13 a13)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13) =
                (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) =>
        ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, void>)kernel)(
            _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>>(step)(lane, frames, _a1, _a2, _a3,
            _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5)
        .Add(ref _a6).Add(ref _a7).Add(ref _a8).Add(ref _a9).Add(ref _a10).Add(ref _a11).Add(ref _a12).Add(ref _a13);
}

internal sealed unsafe class Launcher<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(LaunchTarget<TShape> target)
    : Launcher<TShape>(target)
    where TShape : struct where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    where T14 : struct
{
    private T1 _a1;
    private T2 _a2;
    private T3 _a3;
    private T4 _a4;
    private T5 _a5;
    private T6 _a6;
    private T7 _a7;
    private T8 _a8;
    private T9 _a9;
    private T10 _a10;
    private T11 _a11;
    private T12 _a12;
    private T13 _a13;
    private T14 _a14;

    public void Launch(TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13,
        T14 a14) =>
        Launch(DefaultStream, shape, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);

    public void Launch(AcceleratorStream stream, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10,
        T11 a11, T12 a12, T13 a13, T14 a14)
    {
        lock (LaunchLock)
        {
            (_a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13, _a14) =
                (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);
            Execute(stream, shape);
        }
    }

    public override void RunItems(nint kernel, TShape extent, long begin, long end)
    {
        var run = (delegate*<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, void>)kernel;
        for (var i = begin; i < end; i++)
        {
            run(GridIndex.FromLinear(extent, i), _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13, _a14);
            LocalArena.EndItem();
        }
    }

    public override void RunLane(nint kernel) =>
        ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, void>)kernel)(
            _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13, _a14);

    public override void Step(Delegate step, LaneContext lane, object frames) =>
        Unsafe.As<Action<LaneContext, object, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>>(step)(lane, frames, _a1, _a2,
            _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10, _a11, _a12, _a13, _a14);

    public override void Write(DeviceArguments arguments) => arguments.Add(ref _a1).Add(ref _a2).Add(ref _a3).Add(ref _a4).Add(ref _a5)
        .Add(ref _a6).Add(ref _a7).Add(ref _a8).Add(ref _a9).Add(ref _a10).Add(ref _a11).Add(ref _a12).Add(ref _a13).Add(ref _a14);
}
