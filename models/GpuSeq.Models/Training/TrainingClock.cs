using System.Diagnostics;

namespace GpuSeq.Models;

/// <summary>The time of a sitting: all of it, that of training alone, and since the last line and the last state.</summary>
internal sealed class TrainingClock
{
    private readonly Stopwatch _all = Stopwatch.StartNew();
    private readonly Stopwatch _training = Stopwatch.StartNew(); // evaluations left out
    private TimeSpan _lap;
    private TimeSpan _state;
    private long _lapItems;

    /// <summary>Seconds of the sitting.</summary>
    public double Seconds => _all.Elapsed.TotalSeconds;

    /// <summary>Seconds since a state was saved.</summary>
    public double SinceState => (_all.Elapsed - _state).TotalSeconds;

    /// <summary>Items that were learned from.</summary>
    public long Items { get; set; }

    /// <summary>Items in a second of training.</summary>
    public double ItemsPerSecond => Rate(Items, _training.Elapsed);

    /// <summary>Starts a new lap.</summary>
    /// <returns>Items in a second of the last one.</returns>
    public double Lap()
    {
        var rate = Rate(Items - _lapItems, _training.Elapsed - _lap);
        (_lap, _lapItems) = (_training.Elapsed, Items);
        return rate;
    }

    /// <summary>Starts the time since a state was saved anew.</summary>
    public void StateWasSaved() => _state = _all.Elapsed;

    /// <summary>Begins something that is no training.</summary>
    /// <returns>Ends it when it is disposed.</returns>
    public IDisposable Pause()
    {
        _training.Stop();
        return new Break(_training);
    }

    private static double Rate(long items, TimeSpan time) => items / Math.Max(1e-9, time.TotalSeconds);

    private sealed record Break(Stopwatch Training) : IDisposable
    {
        public void Dispose() => Training.Start();
    }
}
