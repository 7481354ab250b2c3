using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace GpuSeq.Engine;

/// <summary>
/// Finds OpenCL and CUDA for ILGPU where a system has them under their versioned names only, as Debian's runtime packages do.
/// Part of the build on ILGPU's packages.
/// </summary>
internal static class NativeLibraries
{
    // Before a device is opened or listed; the library alone knows that it needs this.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void FindVersioned() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
        name is "OpenCL" or "cuda" && NativeLibrary.TryLoad($"lib{name}.so.1", out var library) ? library : 0;
}
