namespace ILGPU.Runtime.CPU;

/// <summary>
/// A stream of the CPU accelerator. Work runs when it is queued; what a kernel throws is kept, the work behind it is
/// left out because it would read what the kernel did not write, and the next synchronisation throws.
/// </summary>
internal sealed unsafe class CPUStream(CPUAccelerator accelerator) : AcceleratorStream(accelerator)
{
    private KernelException? _failure;

    /// <summary>Whether work can be queued: false while a failure waits to be reported.</summary>
    public bool IsOpen => _failure is null;

    public void Fail(string kernel, Exception cause) => _failure ??= new KernelException(kernel, cause);

    internal override void CopyIn(void* source, MemoryBuffer target, nint address, long bytes) => Copy(source, (void*)address, bytes);

    internal override void CopyOut(MemoryBuffer source, nint address, void* target, long bytes) => Copy((void*)address, target, bytes);

    internal override void Copy(MemoryBuffer source, nint sourceAddress, MemoryBuffer target, nint targetAddress, long bytes) =>
        Copy((void*)sourceAddress, (void*)targetAddress, bytes);

    internal override void Fill(MemoryBuffer target, nint address, long bytes, byte value)
    {
        if (IsOpen)
            System.Runtime.InteropServices.NativeMemory.Fill((void*)address, (nuint)bytes, value);
    }

    private void Copy(void* source, void* target, long bytes)
    {
        if (IsOpen)
            Buffer.MemoryCopy(source, target, bytes, bytes);
    }

    public override void Synchronize()
    {
        if (_failure is not { } failure)
            return;
        _failure = null;
        throw failure;
    }

    public override void Dispose()
    {
        ((CPUAccelerator)Accelerator).Forget(this);
        base.Dispose();
    }
}

/// <summary>A kernel failed on the CPU accelerator; the cause is the inner exception.</summary>
public sealed class KernelException : AcceleratorException
{
    internal KernelException(string kernel, Exception cause)
        : base($"Kernel {kernel} failed: {cause.Message}", cause) => Kernel = kernel;

    /// <summary>The kernel: its class and method.</summary>
    public string Kernel { get; }

    /// <inheritdoc/>
    public override AcceleratorType AcceleratorType => AcceleratorType.CPU;
}
