using GpuSeq.EmbeddedRuntime.IL;
using GpuSeq.EmbeddedRuntime.Translation;
using GpuSeq.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.Devices;
using ILGPU.Runtime.OpenCL;

namespace GpuSeq.Engine;

/// <summary>What differs between the embedded runtime, which is this one, and ILGPU's packages.</summary>
internal static class RuntimeLibrary
{
    private const int NvidiaWarpSize = 32;
    private const int LeastOpenCLWarpSize = 8;

    private static readonly Lazy<IReadOnlyList<LoadedKernel>> Found = new(() => KernelRules.FindKernels(typeof(KernelLibrary).Assembly));

    /// <summary>Whether compiled kernels are kept on disk.</summary>
    public static bool CachesKernels
    {
        get => BinaryCache.IsEnabled;
        set => BinaryCache.IsEnabled = value;
    }

    /// <summary>Options of a context for GPUs.</summary>
    public static Context.Builder Configure(Context.Builder builder) => builder;

    /// <summary>Why there is no device of a kind.</summary>
    public static string WhyMissing(AcceleratorType type)
    {
        if (type == AcceleratorType.Cuda)
            return CudaDevice.Unavailable!;
        CLDevice.Discover(out var reason);
        return reason!;
    }

    /// <summary>Whether an exception says that a kernel cannot be made ready for a device.</summary>
    public static bool IsTranslationFailure(Exception exception) => exception is TranslationException;

    /// <summary>The kernels of the library.</summary>
    public static IReadOnlyList<KernelEntry> Kernels() =>
    [
        .. Found.Value.Select(kernel => new KernelEntry(
            kernel.ToString(), kernel.IsExplicit, KernelRules.Check(kernel.Method, kernel.IsExplicit).Count == 0)),
    ];

    /// <summary>The C that a kernel is translated to; more than one program where the kernel is generic, none where there is no kernel.</summary>
    /// <param name="name">The kernel.</param>
    /// <param name="kind">For which accelerators.</param>
    /// <param name="device">For which device, or null for one of that kind as there are many.</param>
    public static IReadOnlyList<string> Translate(string name, DeviceKind kind, ILGPU.Runtime.Device? device)
    {
        var options = kind.Type == AcceleratorType.Cuda ? new TranslationOptions(Dialect.Cuda, device?.WarpSize ?? NvidiaWarpSize)
            : device is CLDevice cl ? new(Dialect.OpenCL, cl.WarpSize, cl.HasDoubles)
            : new(Dialect.OpenCL, LeastOpenCLWarpSize);
        return
        [
            .. Found.Value
                .Where(kernel => kernel.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(kernel => KernelTranslator.Translate(kernel.Method, kernel.IsExplicit, options).Source),
        ];
    }
}
