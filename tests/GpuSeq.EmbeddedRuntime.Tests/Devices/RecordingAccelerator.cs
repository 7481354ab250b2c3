using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Devices;

namespace GpuSeq.EmbeddedRuntime.Tests.Devices;

/// <summary>A device that runs nothing: it writes down what it is asked for.</summary>
internal sealed class RecordingAccelerator : DeviceAccelerator
{
    private readonly Context _context;

    private RecordingAccelerator(Context context)
        : base(context, new RecordingDevice())
    {
        _context = context;
        DefaultStream = new RecordingStream(this);
    }

    public override AcceleratorStream DefaultStream { get; }

    /// <summary>The kernel that was loaded last.</summary>
    public RecordingKernel Kernel { get; private set; } = null!;

    public static RecordingAccelerator Create() => new(Context.Create(builder => builder.Assertions()));

    public override AcceleratorStream CreateStream() => new RecordingStream(this);

    public override void Synchronize()
    {
    }

    internal override DeviceKernel Load(MethodInfo method, bool isExplicit, int groupSize) =>
        Kernel = new(this, method, isExplicit, groupSize);

    protected override MemoryBuffer AllocateRaw(long length, int elementSize) => new RecordingBuffer(this, length, elementSize);

    protected override void Release() => _context.Dispose();

    private sealed class RecordingDevice : Device
    {
        public override AcceleratorType AcceleratorType => AcceleratorType.OpenCL;

        public override Accelerator CreateAccelerator(Context context) => throw new NotSupportedException();
    }

    private sealed class RecordingStream(Accelerator accelerator) : AcceleratorStream(accelerator)
    {
        public override void Synchronize()
        {
        }

        internal override unsafe void CopyIn(void* source, MemoryBuffer target, nint address, long bytes)
        {
        }

        internal override unsafe void CopyOut(MemoryBuffer source, nint address, void* target, long bytes)
        {
        }

        internal override void Copy(MemoryBuffer source, nint sourceAddress, MemoryBuffer target, nint targetAddress, long bytes)
        {
        }

        internal override void Fill(MemoryBuffer target, nint address, long bytes, byte value)
        {
        }
    }

    private sealed class RecordingBuffer : MemoryBuffer
    {
        public RecordingBuffer(Accelerator accelerator, long length, int elementSize)
            : base(accelerator, length, elementSize) => NativePtr = 0x1000;

        protected override void Free()
        {
        }
    }
}

/// <summary>A kernel that writes down how it is launched.</summary>
internal sealed class RecordingKernel(RecordingAccelerator accelerator, MethodInfo method, bool isExplicit, int groupSize)
    : DeviceKernel(accelerator)
{
    private readonly RecordingArguments _arguments = new();

    public MethodInfo Method { get; } = method;

    public bool IsExplicit { get; } = isExplicit;

    public int GroupSize { get; } = groupSize;

    public int Launches { get; private set; }

    public AcceleratorStream? Stream { get; private set; }

    public long Items { get; private set; }

    public KernelConfig Config { get; private set; }

    /// <summary>The arguments of the last launch: scalars, and views as <see cref="RecordedView"/>.</summary>
    public IReadOnlyList<object> Arguments => _arguments.Values;

    /// <summary>Whether arguments are not written down, so that launches can be seen to allocate nothing.</summary>
    public bool IsSilent
    {
        set => _arguments.IsSilent = value;
    }

    public override DeviceArguments Begin()
    {
        if (!Accelerator.LaunchLock.IsHeldByCurrentThread)
            throw new InvalidOperationException("A launch begins without the lock.");
        _arguments.Values.Clear();
        return _arguments;
    }

    public override void Launch(AcceleratorStream stream, long items)
    {
        Items = items;
        Record(stream);
    }

    public override void Launch(AcceleratorStream stream, in KernelConfig config)
    {
        Config = config;
        Record(stream);
    }

    private void Record(AcceleratorStream stream)
    {
        Stream = stream;
        Launches++;
    }
}

internal sealed record RecordedView(MemoryBuffer? Buffer, nint Address, long Length);

internal sealed class RecordingArguments : DeviceArguments
{
    public List<object> Values { get; } = [];

    public bool IsSilent { get; set; }

    public override void Add<T>(T value)
    {
        if (!IsSilent)
            Values.Add(value);
    }

    public override void AddView(MemoryBuffer? buffer, nint address, long length)
    {
        if (!IsSilent)
            Values.Add(new RecordedView(buffer, address, length));
    }
}
