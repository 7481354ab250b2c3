namespace ILGPU.Runtime.Devices;

/// <summary>A compiled kernel. Between <see cref="Begin"/> and a launch, the caller holds the accelerator's launch lock.</summary>
internal abstract class DeviceKernel(DeviceAccelerator accelerator)
{
    public DeviceAccelerator Accelerator { get; } = accelerator;

    /// <summary>Starts a launch: the arguments are those of <see cref="GpuSeq.EmbeddedRuntime.Translation.TranslatedKernel"/>.</summary>
    public abstract DeviceArguments Begin();

    /// <summary>Launches an implicitly grouped kernel over a number of items, after the arguments were added.</summary>
    public abstract void Launch(AcceleratorStream stream, long items);

    /// <summary>Launches an explicitly grouped kernel, after the arguments were added.</summary>
    public abstract void Launch(AcceleratorStream stream, in KernelConfig config);
}

/// <summary>Takes the arguments of a launch, leaf by leaf.</summary>
internal abstract class DeviceArguments
{
    /// <summary>Adds a scalar.</summary>
    public abstract void Add<T>(T value)
        where T : unmanaged;

    /// <summary>Adds a view.</summary>
    /// <param name="buffer">The memory, or null for an empty view.</param>
    /// <param name="address">Where it begins; the buffer's own address is its <see cref="MemoryBuffer.NativePtr"/>.</param>
    /// <param name="length">Its length in elements.</param>
    public abstract void AddView(MemoryBuffer? buffer, nint address, long length);
}
