using System.Runtime.CompilerServices;
using GpuSeq.EmbeddedRuntime.IL;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime.OpenCL;

/// <summary>A kernel compiled for an OpenCL device.</summary>
internal sealed unsafe class CLKernel : DeviceKernel
{
    private const int DefaultGroupSize = 64;
    private const int LeastDynamicBytes = 16; // an argument of local memory cannot be empty

    private readonly CLAccelerator _accelerator;
    private readonly CLArguments _arguments;
    private readonly bool _usesDynamicShared;
    private readonly int _groupSize;
    private readonly int _maxGroupSize;
    private readonly long _staticShared;

    /// <summary>A kernel of a program.</summary>
    /// <param name="accelerator">Where it runs.</param>
    /// <param name="kernel">What the program was compiled from.</param>
    /// <param name="handle">OpenCL's kernel, which this one releases.</param>
    /// <param name="groupSize">The lanes of a group of an implicitly grouped kernel; 0 for the usual number.</param>
    public CLKernel(CLAccelerator accelerator, TranslatedKernel kernel, nint handle, int groupSize)
        : base(accelerator)
    {
        _accelerator = accelerator;
        _arguments = new(this);
        _usesDynamicShared = kernel.UsesDynamicShared;
        Handle = handle;
        Name = KernelApi.Name(kernel.Method);
        _maxGroupSize = (int)Math.Min(Ask(CLApi.KernelWorkGroupSize), accelerator.MaxNumThreadsPerGroup);
        _staticShared = Ask(CLApi.KernelLocalMemSize);
        _groupSize = Math.Clamp(groupSize > 0 ? groupSize : DefaultGroupSize, 1, Math.Min(_maxGroupSize, accelerator.MaxGroupSize.X));
    }

    /// <summary>Its class and method.</summary>
    public string Name { get; }

    /// <summary>OpenCL's kernel.</summary>
    public nint Handle { get; private set; }

    public override DeviceArguments Begin()
    {
        ObjectDisposedException.ThrowIf(Handle == 0, _accelerator);
        _arguments.Begin();
        return _arguments;
    }

    public override void Launch(AcceleratorStream stream, long items)
    {
        if (items <= 0)
            return;
        var groups = (items + _groupSize - 1) / _groupSize;
        var global = stackalloc nuint[] { (nuint)(groups * _groupSize), 1, 1 };
        var local = stackalloc nuint[] { (nuint)_groupSize, 1, 1 };
        StreamOf(stream).Launch(this, global, local);
    }

    public override void Launch(AcceleratorStream stream, in KernelConfig config)
    {
        var (grid, group) = (config.GridDim, config.GroupDim);
        Check(config);
        if (config.Size == 0)
            return;
        if (_usesDynamicShared)
        {
            _arguments.Add((int)DynamicBytes(config));
            _arguments.AddLocal(Math.Max(DynamicBytes(config), LeastDynamicBytes));
        }
        var global = stackalloc nuint[] { Lanes(grid.X, group.X), Lanes(grid.Y, group.Y), Lanes(grid.Z, group.Z) };
        var local = stackalloc nuint[] { (nuint)group.X, (nuint)group.Y, (nuint)group.Z };
        StreamOf(stream).Launch(this, global, local);
    }

    public void Release()
    {
        _ = CLApi.ReleaseKernel(Handle);
        Handle = 0;
    }

    private static nuint Lanes(int groups, int lanes) => (nuint)((long)groups * lanes);

    private CLStream StreamOf(AcceleratorStream stream) => stream.Accelerator == _accelerator
        ? (CLStream)stream
        : throw new ArgumentException($"Kernel {Name} is of {_accelerator}; the stream is of {stream.Accelerator}.", nameof(stream));

    /// <exception cref="ArgumentOutOfRangeException">The device has no such groups.</exception>
    private void Check(in KernelConfig config)
    {
        var (grid, group, limit) = (config.GridDim, config.GroupDim, _accelerator.MaxGroupSize);
        var dynamic = DynamicBytes(config);
        var trouble =
            grid.X < 0 || grid.Y < 0 || grid.Z < 0 || group.X < 0 || group.Y < 0 || group.Z < 0
                ? $"A grid of {grid} groups of {group} lanes has negative sizes."
            : group.LongSize > _maxGroupSize
                ? $"Groups of {group} have {group.LongSize} lanes; {_maxGroupSize} are possible for kernel {Name}."
            : group.X > limit.X || group.Y > limit.Y || group.Z > limit.Z
                ? $"Groups of {group} lanes are too large; {limit} are possible in each dimension."
            : dynamic < 0 || dynamic > _accelerator.MaxSharedMemoryPerGroup - _staticShared
                ? $"Cannot give a group {dynamic} bytes of dynamic shared memory: it has {_accelerator.MaxSharedMemoryPerGroup}, " +
                  $"and kernel {Name} uses {_staticShared} of them already."
            : null;
        if (trouble is not null)
            throw new ArgumentOutOfRangeException(nameof(config), trouble);
    }

    private static long DynamicBytes(in KernelConfig config) =>
        (long)config.SharedMemoryConfig.NumElements * config.SharedMemoryConfig.ElementSize;

    private long Ask(uint name)
    {
        long value = 0;
        var error = CLApi.GetKernelWorkGroupInfo(Handle, ((CLDevice)_accelerator.Device).Id, name, sizeof(long), &value, null);
        CLApi.Check(error, $"Kernel {Name}: clGetKernelWorkGroupInfo");
        return value;
    }

    /// <summary>Sets OpenCL's arguments as they come, so nothing is kept.</summary>
    private sealed class CLArguments(CLKernel kernel) : DeviceArguments
    {
        private uint _count;

        public void Begin() => _count = 0;

        public override void Add<T>(T value) => Set((nuint)sizeof(T), &value);

        public override void AddView(MemoryBuffer? buffer, nint address, long length)
        {
            var handle = buffer is null ? 0 : CLMemoryBuffer.Of(buffer, kernel._accelerator).Handle;
            Set((nuint)sizeof(nint), &handle);
            Add(buffer is null ? 0L : address - buffer.NativePtr);
            Add(length);
        }

        public void AddLocal(long bytes) => Set((nuint)bytes, null);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Set(nuint size, void* value)
        {
            var error = CLApi.SetKernelArg(kernel.Handle, _count, size, value);
            if (error != CLError.Success)
                throw CLException.Of(error, $"Argument {_count} of kernel {kernel.Name}, {size} bytes,", kernel.Name);
            _count++;
        }
    }
}
