using System.Reflection;

namespace GpuSeq.EmbeddedRuntime.IL;

/// <summary>
/// Checks kernels for what ILGPU cannot compile, by reading the instructions of a kernel and of all that it calls. What
/// accelerators implement themselves, and methods marked as intrinsic implementations, are not read.
/// </summary>
public static class KernelRules
{
    /// <summary>Finds every kernel that an assembly loads.</summary>
    public static IReadOnlyList<LoadedKernel> FindKernels(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return KernelFinder.Find(assembly);
    }

    /// <summary>Checks a kernel.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="isExplicit">Whether it is explicitly grouped.</param>
    /// <param name="isCpuOnly">Whether only CPU accelerators load it, so that it may call intrinsic implementations.</param>
    /// <returns>Where it breaks a rule.</returns>
    public static IReadOnlyList<KernelViolation> Check(MethodInfo kernel, bool isExplicit, bool isCpuOnly = false)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return new KernelWalker(kernel, isExplicit, isCpuOnly).Walk();
    }

    /// <summary>
    /// Checks a kernel that was found. Implicitly grouped kernels may call intrinsic implementations: that makes them
    /// kernels for CPUs, and they are loaded on nothing else.
    /// </summary>
    public static IReadOnlyList<KernelViolation> Check(LoadedKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return Check(kernel.Method, kernel.IsExplicit, isCpuOnly: !kernel.IsExplicit);
    }
}
