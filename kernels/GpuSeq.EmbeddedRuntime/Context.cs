using System.Collections.Immutable;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ILGPU;

/// <summary>The root of the runtime: it knows the devices, and accelerators are created in it.</summary>
public sealed class Context : IDisposable
{
    private readonly List<Accelerator> _accelerators = [];

    private Context(Builder builder)
    {
        Devices = [.. builder.Devices];
        ChecksBounds = builder.ChecksBounds;
    }

    /// <summary>The devices that the builder was asked for.</summary>
    public ImmutableArray<Device> Devices { get; }

    /// <summary>Whether view indexers in kernels check their bounds.</summary>
    internal bool ChecksBounds { get; }

    /// <summary>Starts building a context.</summary>
    public static Builder Create() => new();

    /// <summary>Builds a context.</summary>
    /// <param name="buildingCallback">Chooses devices and options.</param>
    public static Context Create(Action<Builder> buildingCallback)
    {
        ArgumentNullException.ThrowIfNull(buildingCallback);
        var builder = new Builder();
        buildingCallback(builder);
        return builder.ToContext();
    }

    /// <summary>A context with every device of this machine.</summary>
    public static Context CreateDefault() => Create(builder => builder.Default());

    /// <summary>The devices of one kind.</summary>
    /// <typeparam name="TDevice">The kind, such as <see cref="CPUDevice"/>.</typeparam>
    public ImmutableArray<TDevice> GetDevices<TDevice>()
        where TDevice : Device => [.. Devices.OfType<TDevice>()];

    /// <summary>A device of one kind.</summary>
    /// <typeparam name="TDevice">The kind, such as <see cref="CPUDevice"/>.</typeparam>
    /// <param name="deviceIndex">Its number among devices of that kind.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    public TDevice GetDevice<TDevice>(int deviceIndex)
        where TDevice : Device
    {
        var devices = GetDevices<TDevice>();
        return deviceIndex >= 0 && deviceIndex < devices.Length
            ? devices[deviceIndex]
            : throw new ArgumentOutOfRangeException(
                nameof(deviceIndex), $"There is no {typeof(TDevice).Name} {deviceIndex}: the context has {devices.Length}.");
    }

    /// <summary>The device to use when nobody says which.</summary>
    /// <param name="preferCPU">Whether to take a CPU also where there is something else.</param>
    public Device GetPreferredDevice(bool preferCPU) =>
        Devices.FirstOrDefault(device => device.AcceleratorType == AcceleratorType.CPU == preferCPU)
        ?? Devices.FirstOrDefault()
        ?? throw new InvalidOperationException("The context was built without any device.");

    internal void Register(Accelerator accelerator)
    {
        lock (_accelerators)
            _accelerators.Add(accelerator);
    }

    internal void Unregister(Accelerator accelerator)
    {
        lock (_accelerators)
            _accelerators.Remove(accelerator);
    }

    /// <summary>Disposes every accelerator that was created here and is still alive.</summary>
    public void Dispose()
    {
        Accelerator[] accelerators;
        lock (_accelerators)
            accelerators = [.. _accelerators];
        foreach (var accelerator in accelerators)
            accelerator.Dispose();
    }

    /// <summary>Collects the devices and options of a context.</summary>
    public sealed class Builder
    {
        internal List<Device> Devices { get; } = [];

        internal bool ChecksBounds { get; private set; }

        /// <summary>Adds every device of this machine.</summary>
        public Builder Default() => this.CPU();

        /// <summary>Makes view indexers check their bounds in kernels.</summary>
        public Builder Assertions()
        {
            ChecksBounds = true;
            return this;
        }

        /// <summary>Builds the context.</summary>
        public Context ToContext() => new(this);
    }
}
