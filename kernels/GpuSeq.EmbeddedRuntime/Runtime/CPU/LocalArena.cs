using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>Memory for the local arrays of one lane or work item: handed out front to back, taken back all at once.</summary>
internal sealed unsafe class LocalArena
{
    private const int Alignment = 64;
    private const long FirstBlock = 4096;

    [ThreadStatic]
    private static LocalArena? _ofThread;

    // True once an implicitly grouped kernel has used local memory: from then on work items take theirs back.
    private static volatile bool _inUse;

    private readonly List<(nint Address, long Size)> _blocks = [];
    private int _block;
    private long _used;

    ~LocalArena()
    {
        foreach (var (address, _) in _blocks)
            NativeMemory.AlignedFree((void*)address);
    }

    /// <summary>The arena of the work item that the calling thread runs.</summary>
    public static LocalArena OfThread
    {
        get
        {
            _inUse = true;
            return _ofThread ??= new();
        }
    }

    /// <summary>Takes back the memory of the work item that the calling thread has just run.</summary>
    public static void EndItem()
    {
        if (_inUse)
            _ofThread?.Reset();
    }

    public void* Allocate(long bytes)
    {
        bytes = (Math.Max(bytes, 1) + Alignment - 1) / Alignment * Alignment;
        while (_block < _blocks.Count && _used + bytes > _blocks[_block].Size)
        {
            _block++;
            _used = 0;
        }
        if (_block == _blocks.Count)
        {
            var size = Math.Max(bytes, _block == 0 ? FirstBlock : _blocks[^1].Size * 2);
            _blocks.Add(((nint)NativeMemory.AlignedAlloc((nuint)size, Alignment), size));
            _used = 0;
        }
        var address = _blocks[_block].Address + (nint)_used;
        _used += bytes;
        return (void*)address;
    }

    public void Reset()
    {
        _block = 0;
        _used = 0;
    }
}
