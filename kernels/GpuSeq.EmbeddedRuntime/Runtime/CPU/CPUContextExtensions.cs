namespace ILGPU.Runtime.CPU;

/// <summary>Adds CPU devices to contexts and creates accelerators on them.</summary>
public static class CPUContextExtensions
{
    /// <summary>Adds the CPU with one thread for each core.</summary>
    public static Context.Builder CPU(this Context.Builder builder) => builder.CPU(CPUDevice.Default);

    /// <summary>Adds the CPU with one thread for each core.</summary>
    public static Context.Builder DefaultCPU(this Context.Builder builder) => builder.CPU();

    /// <summary>Adds a CPU device.</summary>
    public static Context.Builder CPU(this Context.Builder builder, CPUDevice device)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(device);
        builder.Devices.Add(device);
        return builder;
    }

    /// <summary>A CPU device of a context.</summary>
    public static CPUDevice GetCPUDevice(this Context context, int cpuDeviceIndex)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetDevice<CPUDevice>(cpuDeviceIndex);
    }

    /// <summary>Creates an accelerator on a CPU device of a context.</summary>
    public static CPUAccelerator CreateCPUAccelerator(this Context context, int cpuDeviceIndex) =>
        context.GetCPUDevice(cpuDeviceIndex).CreateCPUAccelerator(context);
}
