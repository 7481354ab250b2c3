using System.Reflection;

namespace ILGPU.Runtime.Devices;

/// <summary>An accelerator with memory and instructions of its own, for which kernels are translated.</summary>
public abstract class DeviceAccelerator(Context context, Device device) : Accelerator(context, device)
{
    /// <summary>One launch at a time: its arguments stand in its kernel.</summary>
    internal Lock LaunchLock { get; } = new();

    /// <summary>Translates and compiles a kernel.</summary>
    /// <param name="method">The kernel.</param>
    /// <param name="isExplicit">Whether it is explicitly grouped.</param>
    /// <param name="groupSize">The lanes of a group of an implicitly grouped kernel; 0 where the accelerator chooses.</param>
    /// <exception cref="GpuSeq.EmbeddedRuntime.Translation.TranslationException">It cannot be translated.</exception>
    /// <exception cref="AcceleratorException">The device's compiler refuses it; says why.</exception>
    internal abstract DeviceKernel Load(MethodInfo method, bool isExplicit, int groupSize);
}
