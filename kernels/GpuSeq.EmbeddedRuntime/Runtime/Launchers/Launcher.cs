using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime;

/// <summary>
/// A loaded kernel and the arguments of the launch in flight. The delegates that <see cref="KernelLoaders"/> returns are the
/// Launch methods of the classes below, one for each number of parameters.
/// </summary>
/// <typeparam name="TShape">What it is launched over: the index as extent, or a <see cref="KernelConfig"/>.</typeparam>
internal abstract class Launcher<TShape>(LaunchTarget<TShape> target)
    where TShape : struct
{
    protected Lock LaunchLock { get; } = target.LaunchLock;

    protected AcceleratorStream DefaultStream { get; } = target.DefaultStream;

    /// <summary>Launches with the arguments that were stored; the caller holds <see cref="LaunchLock"/>.</summary>
    protected void Execute(AcceleratorStream stream, TShape shape) => target.Execute(this, stream, shape);

    /// <summary>Runs some items of an implicitly grouped kernel on the calling thread.</summary>
    public abstract void RunItems(nint kernel, TShape extent, long begin, long end);

    /// <summary>Runs an explicitly grouped kernel for the lane that the calling thread stands for.</summary>
    public abstract void RunLane(nint kernel);

    /// <summary>Runs a rewritten kernel for a lane, until the lane waits or ends.</summary>
    public abstract void Step(Delegate step, LaneContext lane, object frames);

    /// <summary>Hands the arguments to a device.</summary>
    public abstract void Write(DeviceArguments arguments);
}

/// <summary>A kernel as its accelerator launches it; the arguments are a launcher's.</summary>
/// <typeparam name="TShape">What it is launched over.</typeparam>
internal abstract class LaunchTarget<TShape>(Lock launchLock, AcceleratorStream defaultStream)
    where TShape : struct
{
    /// <summary>One launch at a time: its arguments stand in its launcher.</summary>
    public Lock LaunchLock { get; } = launchLock;

    public AcceleratorStream DefaultStream { get; } = defaultStream;

    /// <summary>Launches; nothing where the shape is empty.</summary>
    public abstract void Execute(Launcher<TShape> launcher, AcceleratorStream stream, TShape shape);
}
