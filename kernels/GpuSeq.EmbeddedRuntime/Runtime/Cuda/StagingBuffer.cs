namespace ILGPU.Runtime.Cuda;

/// <summary>
/// Pinned memory from which copies to the device go on while the program reuses its own. Two halves take turns; each waits
/// for the copies out of it before it is written again.
/// </summary>
internal sealed unsafe class StagingBuffer : IDisposable
{
    /// <summary>The most bytes that are staged at once.</summary>
    public const long MaxPiece = 1 << 20;

    private const int Alignment = 64;

    private readonly CudaAccelerator _accelerator;
    private readonly CudaEvent[] _left;
    private readonly byte* _memory;
    private int _half;
    private long _used;

    public StagingBuffer(CudaAccelerator accelerator)
    {
        _accelerator = accelerator;
        void* memory;
        accelerator.Check(accelerator.Api.MemHostAlloc(&memory, 2 * (nuint)MaxPiece, 0), "Allocating pinned memory");
        _memory = (byte*)memory;
        _left = [new(accelerator), new(accelerator)];
    }

    /// <summary>Takes a piece of memory, which the caller copies from in the order of a stream, always the same one.</summary>
    public void* Put(void* source, long bytes, nint stream)
    {
        if (_used + bytes > MaxPiece)
        {
            _left[_half].Record(stream);
            _half ^= 1;
            _left[_half].Wait();
            _used = 0;
        }
        var place = _memory + _half * MaxPiece + _used;
        Buffer.MemoryCopy(source, place, bytes, bytes);
        _used += (bytes + Alignment - 1) / Alignment * Alignment;
        return place;
    }

    public void Dispose()
    {
        foreach (var left in _left)
            left.Dispose();
        _ = _accelerator.Api.MemFreeHost(_memory);
    }
}
