namespace ILGPU.Runtime.Cuda;

/// <summary>An error of the CUDA driver or compiler.</summary>
public sealed class CudaException : AcceleratorException
{
    internal CudaException(string error, string message, IReadOnlyList<string>? kernels = null)
        : base(message)
    {
        Error = error;
        Kernels = kernels ?? [];
    }

    /// <summary>CUDA's name of the error, such as CUDA_ERROR_ILLEGAL_ADDRESS.</summary>
    public string Error { get; }

    /// <summary>
    /// The kernel that could not be loaded or launched; where a kernel failed on the device, those that were launched last, the
    /// last one first, because the driver does not say which it was.
    /// </summary>
    public IReadOnlyList<string> Kernels { get; }

    /// <inheritdoc/>
    public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;
}
