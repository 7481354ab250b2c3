namespace ILGPU.Runtime.Devices;

/// <summary>Launches an implicitly grouped kernel: its arguments are the components of the extent, then the caller's.</summary>
internal sealed class DeviceImplicitLauncher<TIndex>(DeviceKernel kernel)
    : LaunchTarget<TIndex>(kernel.Accelerator.LaunchLock, kernel.Accelerator.DefaultStream)
    where TIndex : struct, IIndex
{
    public override void Execute(Launcher<TIndex> launcher, AcceleratorStream stream, TIndex shape)
    {
        ObjectDisposedException.ThrowIf(kernel.Accelerator.IsDisposed, kernel.Accelerator);
        var items = shape.LongSize;
        if (items <= 0)
            return;
        launcher.Write(kernel.Begin().Add(ref shape));
        kernel.Launch(stream, items);
    }
}

/// <summary>Launches an explicitly grouped kernel.</summary>
internal sealed class DeviceExplicitLauncher(DeviceKernel kernel)
    : LaunchTarget<KernelConfig>(kernel.Accelerator.LaunchLock, kernel.Accelerator.DefaultStream)
{
    public override void Execute(Launcher<KernelConfig> launcher, AcceleratorStream stream, KernelConfig shape)
    {
        ObjectDisposedException.ThrowIf(kernel.Accelerator.IsDisposed, kernel.Accelerator);
        if (shape.Size <= 0)
            return;
        launcher.Write(kernel.Begin());
        kernel.Launch(stream, shape);
    }
}
