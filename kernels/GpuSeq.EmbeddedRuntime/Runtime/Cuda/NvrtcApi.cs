using System.Runtime.InteropServices;

namespace ILGPU.Runtime.Cuda;

/// <summary>The functions of NVIDIA's run-time compiler, found when the program runs.</summary>
internal sealed unsafe class NvrtcApi
{
    private static readonly string[] LibraryNames = OperatingSystem.IsWindows()
        ? ["nvrtc64_120_0.dll", "nvrtc64_112_0.dll", "nvrtc64_130_0.dll"]
        : ["libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so.11", "libnvrtc.so.13", "libnvrtc.so"];

    private static readonly string[] LibraryFolders = OperatingSystem.IsWindows() ? ["bin", "bin/x64"] : ["lib64", "lib"];

    private static readonly Lazy<(NvrtcApi? Api, string Reason)> Loaded = new(Load);

    public readonly delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int> CreateProgram;
    public readonly delegate* unmanaged<nint*, int> DestroyProgram;
    public readonly delegate* unmanaged<nint, int, byte**, int> CompileProgram;
    public readonly delegate* unmanaged<nint, nuint*, int> GetProgramLogSize;
    public readonly delegate* unmanaged<nint, byte*, int> GetProgramLog;
    public readonly delegate* unmanaged<nint, nuint*, int> GetCubinSize;
    public readonly delegate* unmanaged<nint, byte*, int> GetCubin;
    public readonly delegate* unmanaged<nint, nuint*, int> GetPtxSize;
    public readonly delegate* unmanaged<nint, byte*, int> GetPtx;
    private readonly delegate* unmanaged<int, byte*> _getErrorString;

    private NvrtcApi(nint library)
    {
        void* Export(string name) => (void*)NativeLibrary.GetExport(library, name);
        CreateProgram = (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)Export("nvrtcCreateProgram");
        DestroyProgram = (delegate* unmanaged<nint*, int>)Export("nvrtcDestroyProgram");
        CompileProgram = (delegate* unmanaged<nint, int, byte**, int>)Export("nvrtcCompileProgram");
        GetProgramLogSize = (delegate* unmanaged<nint, nuint*, int>)Export("nvrtcGetProgramLogSize");
        GetProgramLog = (delegate* unmanaged<nint, byte*, int>)Export("nvrtcGetProgramLog");
        GetCubinSize = (delegate* unmanaged<nint, nuint*, int>)Export("nvrtcGetCUBINSize");
        GetCubin = (delegate* unmanaged<nint, byte*, int>)Export("nvrtcGetCUBIN");
        GetPtxSize = (delegate* unmanaged<nint, nuint*, int>)Export("nvrtcGetPTXSize");
        GetPtx = (delegate* unmanaged<nint, byte*, int>)Export("nvrtcGetPTX");
        _getErrorString = (delegate* unmanaged<int, byte*>)Export("nvrtcGetErrorString");

        int major, minor, count;
        Check(((delegate* unmanaged<int*, int*, int>)Export("nvrtcVersion"))(&major, &minor));
        Check(((delegate* unmanaged<int*, int>)Export("nvrtcGetNumSupportedArchs"))(&count));
        var architectures = new int[count];
        fixed (int* first = architectures)
            Check(((delegate* unmanaged<int*, int>)Export("nvrtcGetSupportedArchs"))(first));
        Version = new(major, minor);
        Architectures = architectures;
    }

    public Version Version { get; }

    /// <summary>The architectures that it compiles for: 90 for compute capability 9.0.</summary>
    public IReadOnlyList<int> Architectures { get; }

    /// <summary>The compiler, or null and why there is none.</summary>
    public static NvrtcApi? Find(out string reason)
    {
        (var api, reason) = Loaded.Value;
        return api;
    }

    public string ErrorName(int result) => Marshal.PtrToStringUTF8((nint)_getErrorString(result)) ?? $"NVRTC error {result}";

    /// <summary>Throws unless a call succeeded.</summary>
    public void Check(int result)
    {
        if (result != 0)
            throw new CudaException(ErrorName(result), $"NVRTC failed: {ErrorName(result)}.");
    }

    private static (NvrtcApi?, string) Load()
    {
        foreach (var name in LibraryNames.Concat(Folders().SelectMany(Libraries)))
        {
            if (!NativeLibrary.TryLoad(name, out var library))
                continue;
            try
            {
                return (new(library), "");
            }
            catch (Exception exception) when (exception is EntryPointNotFoundException or CudaException)
            {
                return (null, $"{name} cannot be used: {exception.Message}");
            }
        }
        return (null, "there is no NVRTC to compile CUDA with: neither the system's paths nor CUDA_PATH lead to "
            + $"{string.Join(", ", LibraryNames)}");
    }

    private static IEnumerable<string> Folders()
    {
        string?[] toolkits = [Environment.GetEnvironmentVariable("CUDA_PATH"), "/usr/local/cuda"];
        return toolkits
            .OfType<string>()
            .SelectMany(toolkit => LibraryFolders, Path.Combine)
            .Where(Directory.Exists);
    }

    // The compiler loads its built-in functions by their plain name; they lie beside it, perhaps where no loader looks.
    private static IEnumerable<string> Libraries(string folder)
    {
        var builtins = OperatingSystem.IsWindows() ? "nvrtc-builtins64_*.dll" : "libnvrtc-builtins.so.*";
        foreach (var library in Directory.EnumerateFiles(folder, builtins))
            NativeLibrary.TryLoad(library, out _);
        return LibraryNames.Select(name => Path.Combine(folder, name)).Where(File.Exists);
    }
}
