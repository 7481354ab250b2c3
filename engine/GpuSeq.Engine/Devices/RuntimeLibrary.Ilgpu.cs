using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>What differs between ILGPU's packages, which this build runs on, and the embedded runtime.</summary>
internal static class RuntimeLibrary
{
    /// <summary>Whether compiled kernels are kept on disk; ILGPU keeps none.</summary>
    public static bool CachesKernels { get; set; }

    /// <summary>Options of a context for GPUs. Without optimization, local arrays would lie in memory.</summary>
    public static Context.Builder Configure(Context.Builder builder) => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2);

    /// <summary>Why there is no device of a kind.</summary>
    public static string WhyMissing(AcceleratorType type) => $"ILGPU finds no {type} device that it can use";

    /// <summary>Whether an exception says that a kernel cannot be made ready for a device.</summary>
    public static bool IsTranslationFailure(Exception exception) => exception is InternalCompilerException;

    /// <summary>The kernels of the library.</summary>
    public static IReadOnlyList<KernelEntry> Kernels() => throw NoSources();

    /// <summary>The C that a kernel is translated to.</summary>
    public static IReadOnlyList<string> Translate(string name, DeviceKind kind, ILGPU.Runtime.Device? device) => throw NoSources();

    private static DeviceException NoSources() =>
        new("This build runs on ILGPU's packages, which translate kernels themselves; the build on the embedded runtime shows them.");
}
