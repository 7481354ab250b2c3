using System.Reflection;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime.Cuda;

/// <summary>
/// Runs kernels on an NVIDIA GPU. Launches and copies are queued; what fails on the device is reported when the program waits
/// for it or, at the latest, by the next call. After that the accelerator is of no use, and NVIDIA says that the process should
/// be started again.
/// </summary>
public sealed unsafe class CudaAccelerator : DeviceAccelerator
{
    private const int RememberedLaunches = 4;

    private readonly List<CudaStream> _streams = [];
    private readonly List<CudaKernel> _kernels = [];
    private readonly CudaKernel?[] _launched = new CudaKernel?[RememberedLaunches];
    private readonly CudaDevice _device;
    private readonly CudaStream _defaultStream;
    private nint _context;
    private uint _launches;

    internal CudaAccelerator(Context context, CudaDevice device)
        : base(context, device)
    {
        _device = device;
        try
        {
            nint primary;
            Api.Check(Api.DevicePrimaryCtxRetain(&primary, device.Handle), $"Starting {device}");
            _context = primary;
            _defaultStream = (CudaStream)CreateStream();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override AcceleratorStream DefaultStream => _defaultStream;

    internal override long FreeBytes
    {
        get
        {
            nuint free, total;
            return Api.MemGetInfo(&free, &total) == 0 ? Math.Min((long)free, base.FreeBytes) : base.FreeBytes;
        }
    }

    internal CudaApi Api => _device.Api;

    internal new CudaDevice Device => _device;

    /// <inheritdoc/>
    public override AcceleratorStream CreateStream()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Bind();
        var stream = new CudaStream(this);
        lock (_streams)
            _streams.Add(stream);
        return stream;
    }

    /// <inheritdoc/>
    public override void Synchronize()
    {
        Bind();
        Check(Api.CtxSynchronize(), "Waiting for the device");
    }

    /// <summary>Makes the device's context that of the calling thread, as every other call of the driver wants it.</summary>
    internal void Bind()
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        Check(Api.CtxSetCurrent(_context), "Using the device");
    }

    /// <summary>The same where things are given back: after a failed kernel the driver may refuse, and they go with the context.</summary>
    internal void TryBind() => _ = Api.CtxSetCurrent(_context);

    /// <summary>Throws unless a call succeeded. A failed kernel makes any later call fail, so those launched last are named.</summary>
    internal void Check(int result, string what)
    {
        if (result != 0)
            throw Failure(result, what);
    }

    internal override DeviceKernel Load(MethodInfo method, bool isExplicit, int groupSize) =>
        Load(KernelTranslator.Translate(method, isExplicit, new(Dialect.Cuda, WarpSize)), groupSize);

    /// <summary>Compiles a kernel that was translated or written as CUDA C.</summary>
    internal CudaKernel Load(TranslatedKernel translated, int groupSize)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Bind();
        var kernel = new CudaKernel(this, translated, groupSize);
        lock (_kernels)
            _kernels.Add(kernel);
        return kernel;
    }

    // The caller holds the launch lock.
    internal void Remember(CudaKernel kernel) => _launched[_launches++ % RememberedLaunches] = kernel;

    internal void Forget(CudaStream stream)
    {
        lock (_streams)
            _streams.Remove(stream);
    }

    /// <inheritdoc/>
    protected override MemoryBuffer AllocateRaw(long length, int elementSize) => new CudaMemoryBuffer(this, length, elementSize);

    /// <inheritdoc/>
    protected override void Release()
    {
        if (_context == 0)
            return;
        lock (LaunchLock)
        {
            TryBind();
            _ = Api.CtxSynchronize();
            foreach (var stream in _streams.ToArray())
                stream.Dispose();
            foreach (var kernel in _kernels)
                kernel.Dispose();
            Memory.Clear();
            _ = Api.CtxSetCurrent(0);
            _ = Api.DevicePrimaryCtxRelease(_device.Handle);
            _context = 0;
        }
    }

    private CudaException Failure(int result, string what)
    {
        string[] kernels = [.. Enumerable.Range(1, RememberedLaunches)
            .Select(back => _launched[(_launches - (uint)back) % RememberedLaunches]?.Name)
            .OfType<string>()
            .Distinct()];
        var launched = kernels.Length == 0 ? "" : $" The kernels launched last, the last one first: {string.Join(", ", kernels)}.";
        return new(Api.ErrorName(result), $"{what} failed on {Name}: {Api.Describe(result)}.{launched}", kernels);
    }
}
