using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// Device memory that is taken once and lent again and again, in blocks of 64-byte multiples. A block that comes back is
/// kept for the next request of about its size; nothing returns to the device before the pool is disposed or trimmed.
/// </summary>
/// <remarks>Not safe for use from several threads at once: every device has one pool and one thread of launches.</remarks>
public sealed class MemoryPool(Accelerator accelerator) : IDisposable
{
    private const int Granularity = 64;
    private const int StepsPerDoubling = 4;

    private readonly Dictionary<long, Stack<MemoryBlock>> _free = [];
    private readonly List<MemoryBlock> _all = [];

    /// <summary>Bytes that are lent at this moment.</summary>
    public long BytesInUse { get; private set; }

    /// <summary>The most bytes that were lent at one time.</summary>
    public long PeakBytesInUse { get; private set; }

    /// <summary>Bytes that were taken from the device.</summary>
    public long BytesReserved { get; private set; }

    /// <summary>The number of blocks that are lent at this moment.</summary>
    public int BlocksInUse { get; private set; }

    /// <summary>Told of every block that is lent.</summary>
    internal Action<MemoryBlock>? Lent { get; set; }

    /// <summary>Lends memory with undefined contents.</summary>
    /// <param name="bytes">At least this many.</param>
    /// <exception cref="OutOfMemoryException">The device has not that much memory.</exception>
    public MemoryBlock Rent(long bytes) => RentExactly(SizeClass(bytes));

    /// <summary>Lends memory with undefined contents, in a block that is not larger than asked for.</summary>
    /// <param name="size">Its bytes.</param>
    /// <exception cref="OutOfMemoryException">The device has not that much memory.</exception>
    public MemoryBlock RentExactly(long size)
    {
        if (!_free.TryGetValue(size, out var blocks) || !blocks.TryPop(out var block))
        {
            block = new MemoryBlock(this, accelerator.Allocate1D<byte>(size));
            _all.Add(block);
            BytesReserved += size;
        }
        block.IsLent = true;
        Lent?.Invoke(block);
        BlocksInUse++;
        BytesInUse += size;
        PeakBytesInUse = Math.Max(PeakBytesInUse, BytesInUse);
        return block;
    }

    internal void Return(MemoryBlock block)
    {
        if (!block.IsLent)
            throw new InvalidOperationException("A memory block was returned twice.");
        block.IsLent = false;
        BlocksInUse--;
        BytesInUse -= block.Bytes;
        if (!_free.TryGetValue(block.Bytes, out var blocks))
            _free[block.Bytes] = blocks = new();
        blocks.Push(block);
    }

    /// <summary>Starts a new measurement of the peak.</summary>
    public void ResetPeak() => PeakBytesInUse = BytesInUse;

    /// <summary>Gives the blocks that are not lent back to the device.</summary>
    public void Trim()
    {
        foreach (var block in _all.Where(block => !block.IsLent))
        {
            BytesReserved -= block.Bytes;
            block.Release();
        }
        _all.RemoveAll(block => !block.IsLent);
        _free.Clear();
    }

    /// <summary>Gives all memory back to the device, lent blocks included.</summary>
    public void Dispose()
    {
        foreach (var block in _all)
            block.Release();
        _all.Clear();
        _free.Clear();
    }

    // Sizes grow in quarters of a power of two: at most a fifth of a block is wasted, and sizes that differ a little share blocks.
    private static long SizeClass(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var size = Math.Max(Granularity, (bytes + Granularity - 1) / Granularity * Granularity);
        var step = Math.Max(Granularity, (long)(BitOperations.RoundUpToPowerOf2((ulong)size) / (2 * StepsPerDoubling)));
        return (size + step - 1) / step * step;
    }
}

/// <summary>A piece of device memory that is lent by a <see cref="MemoryPool"/>.</summary>
public sealed class MemoryBlock : IDisposable
{
    private readonly MemoryPool _pool;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _buffer;

    internal MemoryBlock(MemoryPool pool, MemoryBuffer1D<byte, Stride1D.Dense> buffer)
    {
        _pool = pool;
        _buffer = buffer;
        Buffer = ((IArrayView)buffer.View.BaseView).Buffer!;
    }

    /// <summary>Its size.</summary>
    public long Bytes => _buffer.Length;

    internal bool IsLent { get; set; }

    /// <summary>The beginning of the block as elements.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="length">The number of elements.</param>
    public ArrayView<T> View<T>(long length)
        where T : unmanaged => ((ArrayView<byte>)_buffer.View).Cast<T>().SubView(0, length);

    /// <summary>Gives the block back to its pool.</summary>
    public void Dispose() => _pool.Return(this);

    internal MemoryBuffer Buffer { get; }

    internal void Release() => _buffer.Dispose();
}
