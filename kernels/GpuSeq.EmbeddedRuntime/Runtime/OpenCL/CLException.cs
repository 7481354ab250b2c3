using System.Text;

namespace ILGPU.Runtime.OpenCL;

/// <summary>The errors of OpenCL 1.2 that buffers, programs and queues can have, by their names without CL_.</summary>
public enum CLError
{
#pragma warning disable CS1591 // the names are OpenCL's
    Success = 0,
    DeviceNotFound = -1,
    DeviceNotAvailable = -2,
    CompilerNotAvailable = -3,
    MemObjectAllocationFailure = -4,
    OutOfResources = -5,
    OutOfHostMemory = -6,
    MemCopyOverlap = -8,
    BuildProgramFailure = -11,
    ExecStatusErrorForEventsInWaitList = -14,
    InvalidValue = -30,
    InvalidDeviceType = -31,
    InvalidPlatform = -32,
    InvalidDevice = -33,
    InvalidContext = -34,
    InvalidCommandQueue = -36,
    InvalidHostPtr = -37,
    InvalidMemObject = -38,
    InvalidBinary = -42,
    InvalidBuildOptions = -43,
    InvalidProgram = -44,
    InvalidProgramExecutable = -45,
    InvalidKernelName = -46,
    InvalidKernelDefinition = -47,
    InvalidKernel = -48,
    InvalidArgIndex = -49,
    InvalidArgValue = -50,
    InvalidArgSize = -51,
    InvalidKernelArgs = -52,
    InvalidWorkDimension = -53,
    InvalidWorkGroupSize = -54,
    InvalidWorkItemSize = -55,
    InvalidGlobalOffset = -56,
    InvalidEventWaitList = -57,
    InvalidEvent = -58,
    InvalidOperation = -59,
    InvalidBufferSize = -61,
    InvalidGlobalWorkSize = -63,
    PlatformNotFoundKhr = -1001,
#pragma warning restore CS1591
}

/// <summary>An error that OpenCL reports.</summary>
public sealed class CLException : AcceleratorException
{
    internal CLException(CLError error, string message, string? kernel = null)
        : base(message) => (Error, Kernel) = (error, kernel);

    /// <summary>OpenCL's error.</summary>
    public CLError Error { get; }

    /// <summary>The kernel that failed: its class and method. Null where it was no kernel.</summary>
    public string? Kernel { get; }

    /// <inheritdoc/>
    public override AcceleratorType AcceleratorType => AcceleratorType.OpenCL;

    /// <summary>What an error means: no memory, or something that OpenCL alone has a name for.</summary>
    internal static Exception Of(CLError error, string subject, string? kernel = null) =>
        error is CLError.MemObjectAllocationFailure or CLError.OutOfHostMemory
            ? new OutOfMemoryException($"{subject}: there is not enough memory ({NameOf(error)}).")
            : new CLException(error, $"{subject} failed: {NameOf(error)}.", kernel);

    /// <summary>The name that OpenCL's header has for an error.</summary>
    internal static string NameOf(CLError error)
    {
        if (!Enum.IsDefined(error))
            return $"OpenCL error {(int)error}";
        var name = new StringBuilder("CL");
        foreach (var letter in error.ToString())
            name.Append(char.IsUpper(letter) ? "_" : "").Append(char.ToUpperInvariant(letter));
        return name.ToString();
    }
}
