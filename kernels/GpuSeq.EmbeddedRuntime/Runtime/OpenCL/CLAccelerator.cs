using System.Reflection;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime.OpenCL;

/// <summary>
/// Runs kernels on an OpenCL device. Launches return before they have run, and what fails then is reported when their stream is
/// waited for.
/// </summary>
public sealed unsafe class CLAccelerator : DeviceAccelerator
{
    private readonly Lock _lock = new();
    private readonly List<CLStream> _streams = [];
    private readonly List<CLKernel> _kernels = [];
    private readonly CLStream _defaultStream;
    private readonly TranslationOptions _translation;

    internal CLAccelerator(Context context, CLDevice device)
        : base(context, device)
    {
        var id = device.Id;
        CLError error;
        ContextHandle = CLApi.CreateContext(null, 1, &id, null, null, &error);
        CLApi.Check(error, $"Creating an accelerator on {device.Name}");
        _translation = new(Dialect.OpenCL, device.WarpSize, device.HasDoubles);
        _defaultStream = new(this);
        _streams.Add(_defaultStream);
    }

    /// <inheritdoc/>
    public override AcceleratorStream DefaultStream => _defaultStream;

    /// <summary>OpenCL's context.</summary>
    internal nint ContextHandle { get; private set; }

    internal nint DefaultQueue => _defaultStream.Queue;

    /// <inheritdoc/>
    public override AcceleratorStream CreateStream()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var stream = new CLStream(this);
        lock (_lock)
            _streams.Add(stream);
        return stream;
    }

    /// <inheritdoc/>
    public override void Synchronize()
    {
        foreach (var stream in Streams())
            stream.Synchronize();
    }

    internal void Forget(CLStream stream)
    {
        lock (_lock)
            _streams.Remove(stream);
    }

    internal override DeviceKernel Load(MethodInfo method, bool isExplicit, int groupSize)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return Build(KernelTranslator.Translate(method, isExplicit, _translation), groupSize);
    }

    /// <summary>Compiles a translated kernel.</summary>
    internal CLKernel Build(TranslatedKernel translated, int groupSize)
    {
        var kernel = new CLKernel(this, translated, CLCompiler.Compile(this, translated), groupSize);
        lock (_lock)
            _kernels.Add(kernel);
        return kernel;
    }

    /// <inheritdoc/>
    protected override MemoryBuffer AllocateRaw(long length, int elementSize) => new CLMemoryBuffer(this, length, elementSize);

    /// <inheritdoc/>
    protected override void Release()
    {
        lock (LaunchLock) // a launch of another thread is queued first
        {
            foreach (var stream in Streams())
                stream.Dispose();
            foreach (var kernel in _kernels)
                kernel.Release();
            Memory.Clear();
            _ = CLApi.ReleaseContext(ContextHandle);
            ContextHandle = 0;
        }
    }

    private CLStream[] Streams()
    {
        lock (_lock)
            return [.. _streams];
    }
}
