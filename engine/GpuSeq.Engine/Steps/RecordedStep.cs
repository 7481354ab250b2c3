using System.Numerics;
using GpuSeq.Kernels;
using GpuSeq.Kernels.Recording;

namespace GpuSeq.Engine;

/// <summary>What the launches of one kernel take in a step.</summary>
/// <param name="Name">The kernel, or what else is done.</param>
/// <param name="Count">Its launches in a step.</param>
/// <param name="Seconds">What they take together.</param>
public sealed record LaunchTime(string Name, int Count, double Seconds);

/// <summary>
/// A step that is written once as a graph and from then on replayed: the same launches on the same memory with new inputs. A
/// replay does no graph work and allocates nothing, neither on the device nor in the program.
/// </summary>
/// <remarks>
/// <para>
/// What differs from run to run comes in through the batch. Random calls are numbered anew, optimizers take their present
/// learning rate, state tensors keep what the last run assigned. Values of other shapes are recorded once for each shape.
/// </para>
/// <para>
/// The second run, the fourth, the eighth and so on are as written too and are compared with the first. A step that does not
/// launch the same, or that reads a value back to the program, runs as written from then on, and <see cref="Notice"/> is told.
/// </para>
/// </remarks>
public sealed class RecordedStep : IDisposable
{
    private readonly Func<Graph, Batch, Tensor> _body;
    private readonly RandomStream? _random;
    private readonly bool _isTraining;
    private readonly List<Recording> _recordings = [];
    private MemoryBlock? _memory;
    private StateTensor? _result; // of runs as written
    private Batch? _batch;
    private bool _hasNoticedShapes;

    /// <summary>A step that has not run yet.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="body">
    /// The step: takes the batch's tensors with <see cref="Graph.Input(HostTensor, bool)"/>, computes, and gives back one tensor,
    /// such as the loss. In training it also calls <see cref="Graph.Backward"/> and <see cref="Optimizer.Step"/>.
    /// </param>
    /// <param name="random">Where dropout draws from; needed only where there is dropout.</param>
    /// <param name="isTraining">Whether operations are recorded for gradients and dropout drops.</param>
    public RecordedStep(Device device, Func<Graph, Batch, Tensor> body, RandomStream? random = null, bool isTraining = true)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(body);
        Device = device;
        (_body, _random, _isTraining) = (body, random, isTraining);
    }

    /// <summary>Where it runs.</summary>
    public Device Device { get; }

    /// <summary>For how many different shapes it is recorded; others run as written.</summary>
    public int MaxRecordings { get; init; } = 16;

    /// <summary>Whether it is replayed at all; false runs it as written, to look for an error or to compare.</summary>
    public bool IsRecorded { get; init; } = true;

    /// <summary>Told once when the step cannot be replayed, and why. By default it is written to the error output.</summary>
    public Action<string> Notice { get; init; } = message => Console.Error.WriteLine(message);

    /// <summary>Why the step runs as written; null where it is replayed.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>How many runs were replays.</summary>
    public long Replays { get; private set; }

    /// <summary>Launches and copies of the last recording.</summary>
    public int Launches => _recordings.Count == 0 ? 0 : _recordings[^1].Launches.Count;

    /// <summary>The launches and copies of the last recording, in order, for people to read.</summary>
    public IEnumerable<string> Describe() => _recordings.Count == 0 ? [] : _recordings[^1].Launches.Describe();

    /// <summary>Runs the step many times, each launch by itself, and tells what took how long: the least of all runs.</summary>
    /// <param name="batch">The inputs.</param>
    /// <param name="runs">How many times; where the step trains, it trains on.</param>
    /// <returns>Kernels and copies by their names, those that took most first.</returns>
    /// <exception cref="InvalidOperationException">The step is not replayed.</exception>
    public IReadOnlyList<LaunchTime> Profile(Batch batch, int runs = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        for (var run = 0; run < 3; run++)
            Run(batch);
        if (Find(batch) is not { IsBound: true } recording)
            throw new InvalidOperationException($"Profile: the step is not replayed: {Obstacle ?? "it has too many shapes"}.");
        var seconds = new double[recording.Launches.Count];
        Array.Fill(seconds, double.PositiveInfinity);
        for (var run = 0; run < runs; run++)
        {
            recording.Launches.Profile((_random?.Calls ?? 0) - recording.FirstCall, Device.Synchronize, seconds);
            _random?.Skip(recording.Calls);
        }
        return
        [
            .. recording.Launches.Describe().Zip(seconds).GroupBy(launch => launch.First)
                .Select(group => new LaunchTime(group.Key, group.Count(), group.Sum(launch => launch.Second)))
                .OrderByDescending(time => time.Seconds),
        ];
    }

    /// <summary>Bytes that the values of the step take, over all shapes; parameters and optimizers are not among them.</summary>
    public long PeakBytes => _recordings.Count == 0 ? 0 : _recordings.Max(recording => recording.Launches.Bytes);

    /// <summary>The most bytes of values that are needed at one time; <see cref="PeakBytes"/> cannot be less.</summary>
    public long LiveBytes => _recordings.Count == 0 ? 0 : _recordings.Max(recording => recording.Launches.LiveBytes);

    /// <summary>The batch of the present run.</summary>
    internal Batch Batch => _batch!;

    /// <summary>Runs the step.</summary>
    /// <param name="batch">The inputs.</param>
    /// <returns>What the step gives back. Its memory is used again by the next run.</returns>
    public Tensor Run(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _batch = batch;
        if (!IsRecorded || Obstacle is not null)
            return RunAsWritten();
        if (Find(batch) is { } recording)
            return recording.IsDue ? Verify(recording) : Replay(recording);
        return _recordings.Count < MaxRecordings ? Record() : RunUnrecordedShape();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Forget();
        _result?.Dispose();
        _result = null;
    }

    private Recording? Find(Batch batch)
    {
        for (var i = 0; i < _recordings.Count; i++)
        {
            var recording = _recordings[i];
            if (recording.WrittenGradients != Device.WrittenGradients || !batch.HasShapes(recording.Shapes))
                continue;
            if (recording.Version == Device.Version)
                return recording;
            recording.Dispose(); // such as a parameter that was frozen since
            _recordings.RemoveAt(i);
            return null;
        }
        return null;
    }

    private StateTensor Record()
    {
        var (version, gradients) = (Device.Version, Device.WrittenGradients);
        var calls = _random?.Calls ?? 0;
        using var recorder = Device.Kernels.BeginRecording();
        StateTensor? result = null;
        try
        {
            result = Execute(ref result);
            if (recorder.Obstacle is null)
            {
                var drawn = (_random?.Calls ?? 0) - calls;
                _recordings.Add(new(_batch!.Shapes(), version, gradients, calls, drawn, recorder.Finish(), result));
                return result;
            }
        }
        catch
        {
            result?.Dispose();
            throw;
        }
        _result?.Dispose();
        _result = result;
        FallBack(recorder.Obstacle);
        return result;
    }

    private StateTensor Verify(Recording recording)
    {
        var result = recording.Result;
        var calls = _random?.Calls ?? 0;
        using var recorder = Device.Kernels.BeginRecording();
        Execute(ref result!);
        recording.Runs++;
        var obstacle = recorder.Obstacle ?? recording.Launches.Compare(recorder, calls - recording.FirstCall);
        if (obstacle is null)
            return result;
        // The result must outlive the recordings, which are of no use any more.
        _result?.Dispose();
        _result = new StateTensor(Device, result.Shape, result.ElementType);
        _result.Assign(result);
        FallBack(obstacle);
        return _result;
    }

    private StateTensor Replay(Recording recording)
    {
        if (!recording.IsBound)
            Bind(recording);
        var calls = _random?.Calls ?? 0;
        recording.Launches.Replay(calls - recording.FirstCall);
        _random?.Skip(recording.Calls);
        recording.Runs++;
        Replays++;
        return recording.Result;
    }

    private StateTensor RunUnrecordedShape()
    {
        if (!_hasNoticedShapes)
        {
            _hasNoticedShapes = true;
            Notice($"A step was recorded for {MaxRecordings} shapes; it runs as written for others.");
        }
        return RunAsWritten();
    }

    private StateTensor RunAsWritten() => Execute(ref _result);

    private StateTensor Execute(ref StateTensor? result)
    {
        using var graph = Device.BeginGraph(_random, _isTraining);
        graph.Step = this;
        var tensor = _body(graph, _batch!);
        if (result is null || !result.Shape.Equals(tensor.Shape) || result.ElementType != tensor.ElementType)
        {
            result?.Dispose();
            result = new StateTensor(Device, tensor.Shape, tensor.ElementType);
        }
        result.Assign(tensor);
        return result;
    }

    // All recordings share one piece of memory, because no value lives on between two runs.
    private void Bind(Recording recording)
    {
        Device.Pool.Trim(); // of what the runs as written took
        if (_memory is null || _memory.Bytes < recording.Launches.Bytes)
        {
            _memory?.Dispose();
            Device.Pool.Trim();
            _memory = Device.Pool.RentExactly(Math.Max(1, recording.Launches.Bytes));
            foreach (var other in _recordings)
                other.IsBound = false;
        }
        recording.Launches.Bind(_memory.View<byte>(_memory.Bytes));
        recording.IsBound = true;
    }

    private void FallBack(string obstacle)
    {
        Forget();
        Obstacle = obstacle;
        Notice($"A step cannot be replayed and runs as written: {obstacle}.");
    }

    private void Forget()
    {
        foreach (var recording in _recordings)
            recording.Dispose();
        _recordings.Clear();
        _memory?.Dispose();
        _memory = null;
    }

    // What one kind of run launches.
    private sealed record Recording(
        Shape[] Shapes, int Version, int WrittenGradients, ulong FirstCall, ulong Calls, LaunchRecording Launches, StateTensor Result)
        : IDisposable
    {
        public long Runs { get; set; } = 1;

        public bool IsBound { get; set; }

        public bool IsDue => BitOperations.IsPow2(Runs + 1);

        public void Dispose() => Result.Dispose();
    }
}
