namespace ILGPU.Runtime;

/// <summary>The books of an accelerator's memory: what is alive, and how much is free.</summary>
internal sealed class DeviceMemory(Accelerator accelerator)
{
    private readonly Lock _lock = new();
    private readonly HashSet<MemoryBuffer> _buffers = [];

    /// <summary>Bytes in buffers that are alive.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The most bytes that were alive at one time.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>The number of buffers that are alive.</summary>
    public int LiveBuffers
    {
        get
        {
            lock (_lock)
                return _buffers.Count;
        }
    }

    /// <summary>Counts bytes that are about to be allocated.</summary>
    /// <exception cref="OutOfMemoryException">The device has not that much left.</exception>
    public void Reserve(long bytes)
    {
        lock (_lock)
        {
            if (bytes > accelerator.MemorySize - LiveBytes)
                throw OutOfMemory(bytes);
            LiveBytes += bytes;
            PeakBytes = Math.Max(PeakBytes, LiveBytes);
        }
    }

    /// <summary>Keeps a buffer, to give it back when the accelerator ends.</summary>
    public void Adopt(MemoryBuffer buffer)
    {
        lock (_lock)
            _buffers.Add(buffer);
    }

    /// <summary>Takes a buffer's bytes off, also where it was never allocated.</summary>
    public void Return(MemoryBuffer buffer)
    {
        lock (_lock)
        {
            LiveBytes -= buffer.LengthInBytes;
            _buffers.Remove(buffer);
        }
    }

    /// <summary>Gives back every buffer that is alive.</summary>
    public void Clear()
    {
        MemoryBuffer[] buffers;
        lock (_lock)
            buffers = [.. _buffers];
        foreach (var buffer in buffers)
            buffer.Dispose();
    }

    /// <summary>The error of an allocation.</summary>
    /// <param name="bytes">How much was asked.</param>
    /// <param name="limit">What else limits it, after a comma; or nothing.</param>
    /// <param name="cause">What the system said, if anything.</param>
    public OutOfMemoryException OutOfMemory(long bytes, string limit = "", Exception? cause = null) => new(
        $"Cannot allocate {bytes} bytes on {accelerator.Name}: {accelerator.FreeBytes} of {accelerator.MemorySize} bytes are free{limit}.",
        cause);
}
