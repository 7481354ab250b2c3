using System.Runtime.InteropServices;
using System.Text;

namespace ILGPU.Runtime.Cuda;

/// <summary>Compiles CUDA C with NVIDIA's run-time compiler, NVRTC. Needs no GPU.</summary>
public static unsafe class Nvrtc
{
    private static readonly string[] Options = ["--fmad=true", "--device-as-default-execution-space", "--std=c++17"];

    /// <summary>Why nothing can be compiled here, or null.</summary>
    public static string? Unavailable => NvrtcApi.Find(out var reason) is null ? reason : null;

    /// <summary>The version of the compiler.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static Version Version => Api.Version;

    /// <summary>The architectures that it compiles for: 90 for compute capability 9.0.</summary>
    /// <exception cref="NotSupportedException">There is no compiler.</exception>
    public static IReadOnlyList<int> Architectures => Api.Architectures;

    private static NvrtcApi Api => NvrtcApi.Find(out var reason)
        ?? throw new NotSupportedException($"CUDA C cannot be compiled: {reason}.");

    /// <summary>Compiles a program for an architecture.</summary>
    /// <param name="source">The program.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="architecture">90 for compute capability 9.0.</param>
    /// <exception cref="CudaException">The program has errors, which the message lists, or the architecture is too old.</exception>
    /// <exception cref="NotSupportedException">There is no compiler.</exception>
    public static CudaBinary Compile(string source, string name, int architecture)
    {
        var api = Api;
        var target = Target(architecture, api.Architectures);
        string[] texts = [source, name, .. Options, $"--gpu-architecture={target}"];
        var pointers = stackalloc byte*[texts.Length];
        nint program = 0;
        try
        {
            for (var i = 0; i < texts.Length; i++)
                pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
            api.Check(api.CreateProgram(&program, pointers[0], pointers[1], 0, null, null));
            var result = api.CompileProgram(program, texts.Length - 2, pointers + 2);
            if (result != 0)
            {
                throw new CudaException(
                    api.ErrorName(result),
                    $"NVRTC {api.Version} cannot compile {name} for {target}: {api.ErrorName(result)}.\n{Log(api, program)}", [name]);
            }
            return new(target, target.StartsWith("sm_", StringComparison.Ordinal)
                ? Read(api, program, api.GetCubinSize, api.GetCubin)
                : Read(api, program, api.GetPtxSize, api.GetPtx));
        }
        finally
        {
            if (program != 0)
                _ = api.DestroyProgram(&program);
            for (var i = 0; i < texts.Length; i++)
                Marshal.FreeCoTaskMem((nint)pointers[i]);
        }
    }

    /// <summary>All that the result of a compilation depends on besides the program.</summary>
    internal static string Configuration(int architecture) =>
        $"NVRTC {Version} {Target(architecture, Architectures)} {string.Join(' ', Options)}";

    /// <summary>
    /// Machine code of the architecture where the compiler knows it; else, because it is older than the device, the newest
    /// intermediate code that it knows and the device can take.
    /// </summary>
    internal static string Target(int architecture, IReadOnlyList<int> known)
    {
        if (known.Contains(architecture))
            return $"sm_{architecture}";
        var older = known.Where(candidate => candidate < architecture).DefaultIfEmpty(0).Max();
        return older > 0
            ? $"compute_{older}"
            : throw new CudaException(
                "NVRTC_ERROR_INVALID_OPTION", $"This NVRTC compiles for sm_{known.Min()} and newer devices, not for sm_{architecture}.");
    }

    private static string Log(NvrtcApi api, nint program) =>
        Encoding.UTF8.GetString(Read(api, program, api.GetProgramLogSize, api.GetProgramLog)).TrimEnd('\0', '\n');

    private static byte[] Read(
        NvrtcApi api, nint program, delegate* unmanaged<nint, nuint*, int> getSize, delegate* unmanaged<nint, byte*, int> get)
    {
        nuint size;
        api.Check(getSize(program, &size));
        var bytes = new byte[checked((int)size)];
        fixed (byte* first = bytes)
        {
            if (size > 0)
                api.Check(get(program, first));
        }
        return bytes;
    }
}

/// <summary>A compiled CUDA program.</summary>
/// <param name="Target">For what: machine code (sm_90) or intermediate code (compute_90), which the driver compiles further.</param>
/// <param name="Image">The code, as the driver loads it.</param>
public sealed record CudaBinary(string Target, byte[] Image);
