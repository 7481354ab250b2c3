namespace GpuSeq.Engine;

/// <summary>A kernel of the library.</summary>
/// <param name="Name">Its class and its method.</param>
/// <param name="IsExplicit">Whether its lanes form groups; else they know only their index.</param>
/// <param name="IsForGpus">Whether it is translated for GPUs; else CPUs alone run it.</param>
public sealed record KernelEntry(string Name, bool IsExplicit, bool IsForGpus);

/// <summary>The kernels as GPUs get them: translated to OpenCL C or CUDA C.</summary>
public static class KernelSources
{
    /// <summary>The kernels that the library loads.</summary>
    /// <exception cref="DeviceException">This build translates no kernels.</exception>
    public static IReadOnlyList<KernelEntry> List() => RuntimeLibrary.Kernels();

    /// <summary>The program of a kernel.</summary>
    /// <param name="name">The kernel, as <see cref="List"/> names it.</param>
    /// <param name="device">
    /// What it is translated for, as <see cref="Device.Open"/> takes it. Where a kind has no device, and none is asked for by its
    /// number, for one as there are many.
    /// </param>
    /// <exception cref="KernelNameException">There is no such kernel.</exception>
    /// <exception cref="DeviceException">There is no such device.</exception>
    public static string Show(string name, string device)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(device);
        if (DeviceKind.Parse(device, out var number) is not { } kind)
            throw new DeviceException($"Kernels are translated for opencl and cuda, not for {device}.");
        using var context = kind.CreateContext();
        var devices = kind.Devices(context);
        if (number >= devices.Length && device != kind.Id)
            throw Device.NotFound(device);
        var programs = RuntimeLibrary.Translate(name, kind, devices.ElementAtOrDefault(number));
        return programs.Count > 0
            ? string.Join('\n', programs)
            : throw new KernelNameException("kernel", name, List().Where(kernel => kernel.IsForGpus).Select(kernel => kernel.Name));
    }
}
