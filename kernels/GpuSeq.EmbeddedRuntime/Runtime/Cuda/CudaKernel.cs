using System.Runtime.InteropServices;
using GpuSeq.EmbeddedRuntime.IL;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime.Cuda;

/// <summary>A kernel on an NVIDIA GPU.</summary>
internal sealed unsafe class CudaKernel : DeviceKernel, IDisposable
{
    private const int DefaultGroupSize = 256;
    private const int LogBytes = 8 * 1024;
    private const int JitErrorLogBuffer = 5;
    private const int JitErrorLogBufferSizeBytes = 6;

    private readonly CudaAccelerator _accelerator;
    private readonly CudaArguments _arguments;
    private readonly nint _module;
    private readonly nint _function;
    private readonly int _groupSize;
    private readonly int _maxLanes;
    private readonly int _staticShared;
    private readonly bool _usesDynamicShared;
    private int _dynamicShared; // what the driver lets a launch ask for

    /// <summary>Compiles a kernel; the context is the thread's.</summary>
    public CudaKernel(CudaAccelerator accelerator, TranslatedKernel translated, int groupSize)
        : base(accelerator)
    {
        _accelerator = accelerator;
        Name = KernelApi.Name(translated.Method);
        _arguments = new(CudaArguments.CountOf(translated));
        _usesDynamicShared = translated.UsesDynamicShared;
        try
        {
            _module = LoadModule(translated);
            _function = FindFunction(translated.EntryPoint);
            _maxLanes = Get(FunctionAttribute.MaxThreadsPerBlock);
            _staticShared = Get(FunctionAttribute.SharedSizeBytes);
        }
        catch
        {
            Dispose();
            throw;
        }
        _dynamicShared = accelerator.MaxSharedMemoryPerGroup - _staticShared;
        _groupSize = Math.Min(groupSize > 0 ? groupSize : DefaultGroupSize, _maxLanes);
    }

    /// <summary>The kernel's class and method.</summary>
    public string Name { get; }

    private CudaApi Api => _accelerator.Api;

    public override DeviceArguments Begin()
    {
        ObjectDisposedException.ThrowIf(_accelerator.IsDisposed, _accelerator);
        _arguments.Clear();
        return _arguments;
    }

    public override void Launch(AcceleratorStream stream, long items)
    {
        if (items == 0)
            return;
        var groups = (items + _groupSize - 1) / _groupSize;
        if (items < 0 || groups > _accelerator.MaxGridSize.X)
        {
            throw new ArgumentOutOfRangeException(
                nameof(items), $"{Name} is launched over {items} items in groups of {_groupSize}: "
                + $"{groups} groups, and {_accelerator.MaxGridSize.X} are possible.");
        }
        Launch(stream, new((int)groups, 1, 1), new(_groupSize, 1, 1), 0);
    }

    public override void Launch(AcceleratorStream stream, in KernelConfig config)
    {
        var shared = (long)config.SharedMemoryConfig.NumElements * config.SharedMemoryConfig.ElementSize;
        CheckLimits(config.GridDim, config.GroupDim, shared);
        if (config.Size == 0)
            return;
        if (shared > _dynamicShared)
        {
            // Above 48 KB a kernel has to ask.
            _accelerator.Bind();
            Check(Api.FuncSetAttribute(_function, FunctionAttribute.MaxDynamicSharedSizeBytes, (int)shared), "have its shared memory");
            _dynamicShared = (int)shared;
        }
        if (_usesDynamicShared)
            _arguments.Add((int)shared);
        Launch(stream, config.GridDim, config.GroupDim, (int)shared);
    }

    public void Dispose()
    {
        if (_module != 0)
            _ = Api.ModuleUnload(_module);
        _arguments.Dispose();
    }

    private void Launch(AcceleratorStream stream, Index3D grid, Index3D group, int shared)
    {
        if (!_arguments.IsComplete)
            throw new InvalidOperationException($"{Name} was launched with {_arguments.Count} arguments only.");
        var result = Api.LaunchKernel(
            _function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)group.X, (uint)group.Y, (uint)group.Z,
            (uint)shared, ((CudaStream)stream).Handle, _arguments.Pointers, null);
        _accelerator.Remember(this);
        if (result != 0)
            _accelerator.Check(result, $"Launching {Name}");
    }

    private void CheckLimits(Index3D grid, Index3D group, long shared)
    {
        var (maxGrid, maxGroup) = (_accelerator.MaxGridSize, _accelerator.MaxGroupSize);
        if (!Fits(grid, maxGrid))
            throw new ArgumentOutOfRangeException(nameof(grid), $"{Name} is launched over {grid} groups; {maxGrid} are possible.");
        if (!Fits(group, maxGroup))
            throw new ArgumentOutOfRangeException(nameof(group), $"{Name} is launched in groups of {group}; {maxGroup} are possible.");
        if (group.LongSize > _maxLanes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(group), $"{Name} is launched in groups of {group.LongSize} lanes; {_maxLanes} are possible with its registers.");
        }
        var available = _accelerator.Device.MaxDynamicSharedMemoryPerGroup - _staticShared;
        if (shared < 0 || shared > available)
        {
            throw new ArgumentOutOfRangeException(
                nameof(shared), $"{Name} asks for {shared} bytes of dynamic shared memory; a group has {available}.");
        }
    }

    private static bool Fits(Index3D size, Index3D limit) =>
        size.X >= 0 && size.Y >= 0 && size.Z >= 0 && size.X <= limit.X && size.Y <= limit.Y && size.Z <= limit.Z;

    private nint FindFunction(string entryPoint)
    {
        nint function;
        var name = Marshal.StringToCoTaskMemUTF8(entryPoint);
        var result = Api.ModuleGetFunction(&function, _module, (byte*)name);
        Marshal.FreeCoTaskMem(name);
        Check(result, "be found in its program");
        return function;
    }

    private int Get(FunctionAttribute attribute)
    {
        int value;
        Check(Api.FuncGetAttribute(&value, attribute, _function), "be asked for its limits");
        return value;
    }

    private void Check(int result, string what, string log = "")
    {
        if (result != 0)
            throw new CudaException(Api.ErrorName(result), $"Kernel {Name} cannot {what}: {Api.Describe(result)}.{log}", [Name]);
    }

    /// <summary>Loads the kernel's program, from the cache where it is there and whole.</summary>
    private nint LoadModule(TranslatedKernel translated)
    {
        var device = _accelerator.Device;
        var key = BinaryCache.Key(
            translated.Source, Nvrtc.Configuration(device.Architecture), device.Name, device.DriverVersion.ToString());
        if (BinaryCache.Read(key) is { Length: > 0 } cached && Load(cached, out var module, out _) == 0)
            return module;
        var image = Nvrtc.Compile(translated.Source, Name, device.Architecture).Image;
        Check(Load(image, out module, out var log), "be loaded", log);
        BinaryCache.Write(key, image);
        return module;
    }

    private int Load(byte[] image, out nint module, out string log)
    {
        var text = stackalloc byte[LogBytes];
        var options = stackalloc int[] { JitErrorLogBuffer, JitErrorLogBufferSizeBytes };
        var values = stackalloc void*[] { text, (void*)LogBytes };
        text[0] = 0;
        nint loaded = 0;
        int result;
        fixed (byte* first = image)
            result = Api.ModuleLoadDataEx(&loaded, first, 2, options, values);
        module = loaded;
        log = text[0] == 0 ? "" : $"\n{Marshal.PtrToStringUTF8((nint)text)}";
        return result;
    }
}
