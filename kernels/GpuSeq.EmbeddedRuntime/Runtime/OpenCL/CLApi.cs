using System.Runtime.InteropServices;
using System.Text;

using unsafe GetInfo = delegate* unmanaged<nint, uint, nuint, void*, nuint*, ILGPU.Runtime.OpenCL.CLError>;
using unsafe OnHandle = delegate* unmanaged<nint, ILGPU.Runtime.OpenCL.CLError>;

namespace ILGPU.Runtime.OpenCL;

/// <summary>
/// The functions of OpenCL 1.2 that the accelerator calls, taken from the system's loader when first needed. Names and
/// arguments are OpenCL's; handles are <see cref="nint"/>, sizes <see cref="nuint"/>.
/// </summary>
internal static unsafe class CLApi
{
    public const uint DeviceTypeAll = 0xFFFFFFFF;
    public const ulong MemReadWrite = 1;
    public const ulong MigrateContentUndefined = 2;
    public const uint False = 0, True = 1;

    public const uint PlatformVersion = 0x0901, PlatformName = 0x0902;
    public const uint DeviceType = 0x1000, DeviceMaxComputeUnits = 0x1002, DeviceMaxWorkGroupSize = 0x1004, DeviceMaxWorkItemSizes = 0x1005;
    public const uint DeviceMaxMemAllocSize = 0x1010, DeviceGlobalMemSize = 0x101F, DeviceLocalMemSize = 0x1023;
    public const uint DeviceAvailable = 0x1027, DeviceCompilerAvailable = 0x1028, DeviceName = 0x102B;
    public const uint DriverVersion = 0x102D, DeviceVersion = 0x102F, DeviceExtensions = 0x1030;
    public const uint ProgramBinarySizes = 0x1165, ProgramBinaries = 0x1166, ProgramBuildLog = 0x1183;
    public const uint KernelWorkGroupSize = 0x11B0, KernelLocalMemSize = 0x11B2;

    private static readonly string[] Names = OperatingSystem.IsWindows() ? ["OpenCL.dll"]
        : OperatingSystem.IsMacOS() ? ["/System/Library/Frameworks/OpenCL.framework/OpenCL"]
        : ["libOpenCL.so.1", "libOpenCL.so"];

    private static readonly nint Library = Names.Select(name => NativeLibrary.TryLoad(name, out var library) ? library : 0)
        .FirstOrDefault(library => library != 0);

    /// <summary>Why there is no OpenCL, or null where there is.</summary>
    public static string? Missing { get; } = Library != 0 ? null : $"there is no OpenCL loader ({string.Join(", ", Names)})";

    public static readonly delegate* unmanaged<uint, nint*, uint*, CLError> GetPlatformIDs =
        (delegate* unmanaged<uint, nint*, uint*, CLError>)Function("clGetPlatformIDs");

    public static readonly GetInfo GetPlatformInfo = (GetInfo)Function("clGetPlatformInfo");

    public static readonly delegate* unmanaged<nint, ulong, uint, nint*, uint*, CLError> GetDeviceIDs =
        (delegate* unmanaged<nint, ulong, uint, nint*, uint*, CLError>)Function("clGetDeviceIDs");

    public static readonly GetInfo GetDeviceInfo = (GetInfo)Function("clGetDeviceInfo");

    public static readonly delegate* unmanaged<nint*, uint, nint*, void*, void*, CLError*, nint> CreateContext =
        (delegate* unmanaged<nint*, uint, nint*, void*, void*, CLError*, nint>)Function("clCreateContext");

    public static readonly OnHandle ReleaseContext = (OnHandle)Function("clReleaseContext");

    public static readonly delegate* unmanaged<nint, nint, ulong, CLError*, nint> CreateCommandQueue =
        (delegate* unmanaged<nint, nint, ulong, CLError*, nint>)Function("clCreateCommandQueue");

    public static readonly OnHandle ReleaseCommandQueue = (OnHandle)Function("clReleaseCommandQueue");

    public static readonly OnHandle Flush = (OnHandle)Function("clFlush");

    public static readonly OnHandle Finish = (OnHandle)Function("clFinish");

    public static readonly delegate* unmanaged<uint, nint*, CLError> WaitForEvents =
        (delegate* unmanaged<uint, nint*, CLError>)Function("clWaitForEvents");

    public static readonly OnHandle ReleaseEvent = (OnHandle)Function("clReleaseEvent");

    public static readonly delegate* unmanaged<nint, ulong, nuint, void*, CLError*, nint> CreateBuffer =
        (delegate* unmanaged<nint, ulong, nuint, void*, CLError*, nint>)Function("clCreateBuffer");

    public static readonly OnHandle ReleaseMemObject = (OnHandle)Function("clReleaseMemObject");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, CLError> EnqueueReadBuffer =
        (delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, CLError>)Function("clEnqueueReadBuffer");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, CLError> EnqueueWriteBuffer =
        (delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, CLError>)Function("clEnqueueWriteBuffer");

    public static readonly delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, CLError> EnqueueCopyBuffer =
        (delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, CLError>)Function("clEnqueueCopyBuffer");

    public static readonly delegate* unmanaged<nint, nint, void*, nuint, nuint, nuint, uint, nint*, nint*, CLError> EnqueueFillBuffer =
        (delegate* unmanaged<nint, nint, void*, nuint, nuint, nuint, uint, nint*, nint*, CLError>)Function("clEnqueueFillBuffer");

    public static readonly delegate* unmanaged<nint, uint, nint*, ulong, uint, nint*, nint*, CLError> EnqueueMigrateMemObjects =
        (delegate* unmanaged<nint, uint, nint*, ulong, uint, nint*, nint*, CLError>)Function("clEnqueueMigrateMemObjects");

    public static readonly delegate* unmanaged<nint, uint, byte**, nuint*, CLError*, nint> CreateProgramWithSource =
        (delegate* unmanaged<nint, uint, byte**, nuint*, CLError*, nint>)Function("clCreateProgramWithSource");

    public static readonly delegate* unmanaged<nint, uint, nint*, nuint*, byte**, CLError*, CLError*, nint> CreateProgramWithBinary =
        (delegate* unmanaged<nint, uint, nint*, nuint*, byte**, CLError*, CLError*, nint>)Function("clCreateProgramWithBinary");

    public static readonly delegate* unmanaged<nint, uint, nint*, byte*, void*, void*, CLError> BuildProgram =
        (delegate* unmanaged<nint, uint, nint*, byte*, void*, void*, CLError>)Function("clBuildProgram");

    public static readonly GetInfo GetProgramInfo = (GetInfo)Function("clGetProgramInfo");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, CLError> GetProgramBuildInfo =
        (delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, CLError>)Function("clGetProgramBuildInfo");

    public static readonly OnHandle ReleaseProgram = (OnHandle)Function("clReleaseProgram");

    public static readonly delegate* unmanaged<nint, byte*, CLError*, nint> CreateKernel =
        (delegate* unmanaged<nint, byte*, CLError*, nint>)Function("clCreateKernel");

    public static readonly OnHandle ReleaseKernel = (OnHandle)Function("clReleaseKernel");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, CLError> GetKernelWorkGroupInfo =
        (delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, CLError>)Function("clGetKernelWorkGroupInfo");

    public static readonly delegate* unmanaged<nint, uint, nuint, void*, CLError> SetKernelArg =
        (delegate* unmanaged<nint, uint, nuint, void*, CLError>)Function("clSetKernelArg");

    public static readonly delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, CLError> EnqueueNDRangeKernel =
        (delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, CLError>)Function("clEnqueueNDRangeKernel");

    /// <summary>Throws what an error means.</summary>
    /// <param name="error">What OpenCL returned.</param>
    /// <param name="function">The function that returned it, or what it was to do.</param>
    public static void Check(CLError error, string function)
    {
        if (error != CLError.Success)
            throw CLException.Of(error, function);
    }

    /// <summary>A piece of text about a platform or a device.</summary>
    public static string Text(GetInfo get, nint handle, uint name)
    {
        nuint size;
        if (get(handle, name, 0, null, &size) != CLError.Success)
            return "";
        var text = new byte[size];
        fixed (byte* begin = text)
            Check(get(handle, name, size, begin, null), "clGetInfo");
        return Encoding.UTF8.GetString(text).TrimEnd('\0').Trim();
    }

    /// <summary>A number about a device, or 0 where it knows nothing of it.</summary>
    public static long Number(nint device, uint name)
    {
        long value = 0; // 32-bit numbers fill its lower half
        return GetDeviceInfo(device, name, sizeof(long), &value, null) == CLError.Success ? value : 0;
    }

    private static nint Function(string name) => Library != 0 && NativeLibrary.TryGetExport(Library, name, out var address) ? address : 0;
}
