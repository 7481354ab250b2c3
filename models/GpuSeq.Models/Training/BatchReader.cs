using System.Runtime.ExceptionServices;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Reads batches ahead on a thread of its own, while the device computes. Batches are filled again and again.</summary>
internal sealed class BatchReader : IDisposable
{
    private const int Ahead = 3; // one in use, two waiting

    private readonly IBatchSource _source;
    private readonly Slot[] _slots;
    private readonly SemaphoreSlim _free = new(Ahead);
    private readonly SemaphoreSlim _filled = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _next; // to be handed out
    private bool _hasOne;

    /// <summary>Starts to read.</summary>
    /// <param name="source">The data.</param>
    /// <param name="first">The number of the first batch, counted over all epochs.</param>
    public BatchReader(IBatchSource source, long first)
    {
        _source = source;
        _slots = [.. Enumerable.Range(0, Ahead).Select(_ => new Slot(source.NewBatch()))];
        _thread = new Thread(() => ReadAll(first)) { IsBackground = true, Name = "GpuSeq reader" };
        _thread.Start();
    }

    /// <summary>Waits for the next batch. The one before is filled anew from then on.</summary>
    /// <returns>The batch and how many items are learned from it.</returns>
    /// <exception cref="DataException">The data cannot be read.</exception>
    public (Batch Batch, int Items) Next()
    {
        if (_hasOne)
            _free.Release();
        _filled.Wait();
        var slot = _slots[_next++ % Ahead];
        slot.Failure?.Throw();
        _hasOne = true;
        return (slot.Batch, slot.Items);
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
        _free.Dispose();
        _filled.Dispose();
    }

    private void ReadAll(long first)
    {
        for (var i = 0L; ; i++)
        {
            try
            {
                _free.Wait(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            var slot = _slots[i % Ahead];
            try
            {
                var (epoch, index) = Math.DivRem(first + i, _source.BatchesPerEpoch);
                slot.Items = _source.Read((int)epoch, (int)index, slot.Batch);
            }
#pragma warning disable CA1031 // Whatever it is, it is thrown again where the batch is asked for.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                slot.Failure = ExceptionDispatchInfo.Capture(exception);
            }
            _filled.Release();
            if (slot.Failure is not null)
                return;
        }
    }

    private sealed class Slot(Batch batch)
    {
        public Batch Batch { get; } = batch;

        public int Items { get; set; }

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
