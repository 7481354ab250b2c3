using System.Runtime.InteropServices;
using GpuSeq.EmbeddedRuntime.Translation;
using ILGPU.Runtime.Devices;

namespace ILGPU.Runtime.Cuda;

/// <summary>The arguments of a kernel, one behind the other, each aligned to its size, and pointers to them.</summary>
internal sealed unsafe class CudaArguments : DeviceArguments, IDisposable
{
    private const int MaxSize = sizeof(long);

    private readonly int _capacity;
    private byte* _block;
    private void** _pointers;
    private int _used;

    /// <param name="capacity">The number of arguments; a view is two.</param>
    public CudaArguments(int capacity)
    {
        _capacity = capacity;
        // An aligned argument lies within one word, and the next begins in the following word at the latest: a word for each is enough.
        _block = (byte*)NativeMemory.Alloc((nuint)Math.Max(capacity, 1), MaxSize);
        _pointers = (void**)NativeMemory.Alloc((nuint)Math.Max(capacity, 1), (nuint)sizeof(void*));
    }

    /// <summary>The number of arguments that were added.</summary>
    public int Count { get; private set; }

    /// <summary>Whether every argument was added.</summary>
    public bool IsComplete => Count == _capacity;

    /// <summary>A pointer to each argument.</summary>
    public void** Pointers => _pointers;

    /// <summary>The number of arguments that the parameters of a kernel become.</summary>
    public static int CountOf(TranslatedKernel kernel) => (kernel.UsesDynamicShared ? 1 : 0) + kernel.Method.GetParameters()
        .SelectMany(parameter => ArgumentLeaf.Of(parameter.ParameterType))
        .Sum(leaf => leaf.IsView ? 2 : 1);

    public void Clear() => Count = _used = 0;

    public override void Add<T>(T value)
    {
        if (Count == _capacity)
            throw new InvalidOperationException($"The kernel takes {_capacity} arguments, not more.");
        if (sizeof(T) > MaxSize)
            throw new NotSupportedException($"Kernels take scalars of up to {MaxSize} bytes; {typeof(T).Name} has {sizeof(T)}.");
        var offset = (_used + sizeof(T) - 1) & -sizeof(T);
        *(T*)(_block + offset) = value;
        _pointers[Count++] = _block + offset;
        _used = offset + sizeof(T);
    }

    public override void AddView(MemoryBuffer? buffer, nint address, long length)
    {
        Add((long)address);
        Add(length);
    }

    public void Dispose()
    {
        NativeMemory.Free(_block);
        NativeMemory.Free(_pointers);
        _block = null;
        _pointers = null;
    }
}
