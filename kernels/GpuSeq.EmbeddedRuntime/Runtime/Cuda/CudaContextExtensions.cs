namespace ILGPU.Runtime.Cuda;

/// <summary>Adds NVIDIA GPUs to contexts and creates accelerators on them.</summary>
public static class CudaContextExtensions
{
    /// <summary>Adds every NVIDIA GPU; none where <see cref="CudaDevice.Unavailable"/> says why.</summary>
    public static Context.Builder Cuda(this Context.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Devices.AddRange(CudaDevice.All);
        return builder;
    }

    /// <summary>An NVIDIA GPU of a context.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    public static CudaDevice GetCudaDevice(this Context context, int cudaDeviceIndex)
    {
        ArgumentNullException.ThrowIfNull(context);
        return CudaDevice.Unavailable is { } reason
            ? throw new ArgumentOutOfRangeException(nameof(cudaDeviceIndex), $"There is no CUDA device: {reason}.")
            : context.GetDevice<CudaDevice>(cudaDeviceIndex);
    }

    /// <summary>Creates an accelerator on an NVIDIA GPU of a context.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    public static CudaAccelerator CreateCudaAccelerator(this Context context, int cudaDeviceIndex) =>
        context.GetCudaDevice(cudaDeviceIndex).CreateCudaAccelerator(context);
}
