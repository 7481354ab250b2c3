namespace ILGPU.Runtime.CPU;

/// <summary>Runs explicitly grouped kernels with the semantics of a GPU's groups.</summary>
internal sealed class GroupExecutor(CPUAccelerator accelerator) : IDisposable
{
    public Exception? Run(ExplicitKernel kernel, KernelConfig config) =>
        new NotSupportedException($"{accelerator} {kernel} {config}");

    public void Dispose()
    {
    }
}
