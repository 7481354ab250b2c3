using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>Work over a range of items that may be cut anywhere.</summary>
internal interface IRangeWork
{
    void Run(long begin, long end);
}

/// <summary>
/// A persistent team of threads that runs one range of work at a time; the thread that hands the work over works too.
/// Nothing is allocated. A worker that finds nothing to do spins for a short while, because the next launch is usually
/// microseconds away, and then sleeps.
/// </summary>
/// <remarks>
/// A job is cut into contiguous chunks. One 64-bit word, the ticket, holds the job's number, its number of chunks and
/// the next free chunk; a chunk is claimed by compare-and-swap of the whole word, so a worker that wakes late for a
/// job that has ended claims nothing of the next one. One job runs at a time: callers hold the accelerator's lock.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    private const int ChunksPerThread = 8;
    private const long SpinMicroseconds = 50;
    private const int StackBytes = 4 * 1024 * 1024; // kernels keep their blocks on the stack, and some systems give threads little

    private readonly Thread[] _workers;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly long _spinTicks = Stopwatch.Frequency * SpinMicroseconds / 1_000_000;
    private Progress _progress;
    private IRangeWork? _work;
    private long _items;
    private int _sleepers;
    private Exception? _failure;
    private volatile bool _disposed;

    // Words that threads hammer on lie on cache lines of their own.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Progress
    {
        [FieldOffset(64)] public long Ticket; // job number << 32 | chunks << 16 | next chunk
        [FieldOffset(128)] public int Completed; // chunks of the current job that have run
    }

    public WorkerPool(int threads)
    {
        _workers = new Thread[threads - 1];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, ushort.MaxValue / ChunksPerThread);
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(WorkerLoop, StackBytes) { IsBackground = true, Name = $"GpuSeq worker {i + 1}" };
            _workers[i].Start();
        }
    }

    /// <summary>The number of threads that work, the caller's included.</summary>
    public int Threads => _workers.Length + 1;

    /// <summary>Runs work over items 0 to n, exclusively, and returns when all have run.</summary>
    /// <returns>What the work threw first, or null. Once something is thrown, chunks that have not begun are left out.</returns>
    public Exception? Run(IRangeWork work, long items)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var chunks = (int)Math.Min(items, _workers.Length == 0 ? 1 : Threads * ChunksPerThread);
        _work = work;
        _items = items;
        _failure = null;
        _progress.Completed = 0;
        var job = (Volatile.Read(ref _progress.Ticket) >>> 32) + 1;
        Interlocked.Exchange(ref _progress.Ticket, job << 32 | (long)chunks << 16); // published before sleepers are counted
        var wake = ClaimSleepers(chunks - 1);
        if (wake > 0)
            _wake.Release(wake);
        while (RunChunk())
        {
        }
        // The last chunks of the others are on their way; where a thread has lost its core, this one gives its own away.
        var spin = new SpinWait();
        while (Volatile.Read(ref _progress.Completed) < chunks)
            spin.SpinOnce(sleep1Threshold: -1);
        _work = null;
        return _failure;
    }

    private static bool HasChunk(long ticket) => (ticket & 0xFFFF) < (ticket >>> 16 & 0xFFFF);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool RunChunk()
    {
        while (true)
        {
            var ticket = Volatile.Read(ref _progress.Ticket);
            if (!HasChunk(ticket))
                return false;
            if (Interlocked.CompareExchange(ref _progress.Ticket, ticket + 1, ticket) != ticket)
                continue;
            // The claim holds the job open: its work cannot change before this chunk is counted as completed.
            try
            {
                var (chunk, chunks) = (ticket & 0xFFFF, ticket >>> 16 & 0xFFFF);
                if (Volatile.Read(ref _failure) is null)
                    _work!.Run(_items * chunk / chunks, _items * (chunk + 1) / chunks);
            }
#pragma warning disable CA1031 // A kernel may throw anything; it is reported at the next synchronisation.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _failure, exception, null);
            }
            Interlocked.Increment(ref _progress.Completed);
            return true;
        }
    }

    private void WorkerLoop()
    {
        while (!_disposed)
        {
            if (RunChunk())
                continue;
            if (SpinForWork())
                continue;
            // Work that is published after this is seen by the check below, or its caller sees this sleeper.
            Interlocked.Increment(ref _sleepers);
            var awake = (HasWork() || _disposed) && ClaimSleepers(1) > 0;
            if (!awake)
                _wake.Wait();
        }
    }

    // Takes threads off the number of sleepers: to wake them once, or for one of them to stay awake. Without this, launches
    // in quick succession would wake the same sleeper again and again.
    private int ClaimSleepers(int wanted)
    {
        while (true)
        {
            var sleepers = Volatile.Read(ref _sleepers);
            var claimed = Math.Min(sleepers, wanted);
            if (claimed <= 0)
                return 0;
            if (Interlocked.CompareExchange(ref _sleepers, sleepers - claimed, sleepers) == sleepers)
                return claimed;
        }
    }

    private bool HasWork() => HasChunk(Volatile.Read(ref _progress.Ticket));

    private bool SpinForWork()
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            for (var i = 0; i < 16; i++)
            {
                if (HasWork())
                    return true;
                Thread.SpinWait(4);
            }
        }
        while (Stopwatch.GetTimestamp() - start < _spinTicks && !_disposed);
        return false;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Interlocked.MemoryBarrier();
        if (ClaimSleepers(_workers.Length) is > 0 and var sleepers)
            _wake.Release(sleepers);
        foreach (var worker in _workers)
            worker.Join();
        _wake.Dispose();
    }
}
