using System.Text;
using GpuSeq.EmbeddedRuntime.IL;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime.OpenCL;

/// <summary>Compiles translated kernels, or takes them from the cache on disk.</summary>
internal static unsafe class CLCompiler
{
    private const string Options = "-cl-std=CL1.2 -cl-mad-enable";
    private const int ShownLines = 10;

    /// <summary>Makes a kernel that can be launched.</summary>
    /// <returns>OpenCL's kernel, which keeps its program.</returns>
    /// <exception cref="CLException">The compiler refuses it; says why.</exception>
    public static nint Compile(CLAccelerator accelerator, TranslatedKernel kernel)
    {
        var device = (CLDevice)accelerator.Device;
        var key = BinaryCache.Key(
            kernel.Source, Options, device.PlatformName, device.PlatformVersion, device.Name, device.DeviceVersion, device.DriverVersion);
        var program = FromBinary(accelerator.ContextHandle, device.Id, BinaryCache.Read(key));
        if (program == 0)
        {
            program = FromSource(accelerator.ContextHandle, device, kernel);
            if (BinaryCache.IsEnabled)
                BinaryCache.Write(key, BinaryOf(program));
        }
        try
        {
            CLError error;
            fixed (byte* entryPoint = Zeroed(kernel.EntryPoint))
            {
                var handle = CLApi.CreateKernel(program, entryPoint, &error);
                return error == CLError.Success ? handle : throw Refusal(error, device, kernel, "");
            }
        }
        finally
        {
            _ = CLApi.ReleaseProgram(program);
        }
    }

    // 0 where the driver does not take it: then it is compiled anew.
    private static nint FromBinary(nint context, nint device, byte[]? binary)
    {
        if (binary is null)
            return 0;
        CLError status, error;
        nint program;
        var length = (nuint)binary.Length;
        fixed (byte* begin = binary)
        {
            var image = begin;
            program = CLApi.CreateProgramWithBinary(context, 1, &device, &length, &image, &status, &error);
        }
        if (error != CLError.Success)
            return 0;
        if (status == CLError.Success && Build(program, device) == CLError.Success)
            return program;
        _ = CLApi.ReleaseProgram(program);
        return 0;
    }

    private static nint FromSource(nint context, CLDevice device, TranslatedKernel kernel)
    {
        CLError error;
        nint program;
        fixed (byte* source = Zeroed(kernel.Source))
        {
            var text = source;
            program = CLApi.CreateProgramWithSource(context, 1, &text, null, &error);
        }
        CLApi.Check(error, "clCreateProgramWithSource");
        error = Build(program, device.Id);
        if (error == CLError.Success)
            return program;
        var log = LogOf(program, device.Id);
        _ = CLApi.ReleaseProgram(program);
        throw Refusal(error, device, kernel, log);
    }

    private static CLError Build(nint program, nint device)
    {
        fixed (byte* options = Zeroed(Options))
            return CLApi.BuildProgram(program, 1, &device, options, null, null);
    }

    private static byte[] BinaryOf(nint program)
    {
        nuint size = 0;
        if (CLApi.GetProgramInfo(program, CLApi.ProgramBinarySizes, (nuint)sizeof(nuint), &size, null) != CLError.Success || size == 0)
            return [];
        var binary = new byte[size];
        fixed (byte* begin = binary)
        {
            var image = begin;
            var error = CLApi.GetProgramInfo(program, CLApi.ProgramBinaries, (nuint)sizeof(byte*), &image, null);
            return error == CLError.Success ? binary : [];
        }
    }

    private static string LogOf(nint program, nint device)
    {
        nuint size;
        if (CLApi.GetProgramBuildInfo(program, device, CLApi.ProgramBuildLog, 0, null, &size) != CLError.Success || size == 0)
            return "";
        var log = new byte[size];
        fixed (byte* begin = log)
            _ = CLApi.GetProgramBuildInfo(program, device, CLApi.ProgramBuildLog, size, begin, null);
        return Encoding.UTF8.GetString(log).TrimEnd('\0');
    }

    // The first errors, or what else the compiler says.
    private static CLException Refusal(CLError error, CLDevice device, TranslatedKernel kernel, string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var errors = lines.Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)).ToArray();
        var shown = string.Join("\n  ", (errors.Length > 0 ? errors : lines).Take(ShownLines).Prepend(CLException.NameOf(error)));
        var name = KernelApi.Name(kernel.Method);
        return new(error, $"Kernel {name} cannot be compiled for {device.Name}: {shown}", name);
    }

    private static byte[] Zeroed(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
