using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.TensorBoard;

namespace GpuSeq.Models;

/// <summary>
/// Trains a task: batches that are read ahead, recorded steps, gradients that add up and are clipped, a learning-rate schedule;
/// evaluates, logs, keeps the best model and a state to resume from. A run that is resumed goes on with the same bits as one
/// that never stopped.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const double SecondsBetweenStates = 30;
    private const int LeastStepsBetweenEvaluations = 100; // an epoch of a small data set has fewer

    private readonly ITrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly RunFolder _run;
    private readonly Optimizer _optimizer;
    private readonly WeightAverage? _average;
    private readonly RandomStream _random;
    private readonly RecordedStep _gradients; // of one batch
    private readonly Schedule _schedule;
    private readonly TrainingGoal _goal;
    private readonly CarriedStates _carried;
    private TensorBoardLog? _events;
    private TrainingPosition _position;
    private double _earlierSeconds;

    /// <summary>A trainer at the first step.</summary>
    /// <exception cref="FormatException">The schedule cannot be read.</exception>
    public Trainer(ITrainingTask task, TrainingOptions options, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Accumulate, 1);
        (_task, _options, _run) = (task, options, run);
        _schedule = Schedule.Parse(options.Schedule, TotalSteps);
        _goal = new(options.Metric);
        _position = new() { Best = _goal.Worst };
        _random = new RandomStream(options.Seed);
        _optimizer = options.Optimizer.Create(task.Parameters, options);
        _optimizer.Groups = task.ParameterGroups;
        _average = options.AverageDecay > 0 ? new(task.Parameters, options.AverageDecay) : null;
        _carried = new(task.Device, task.CarriedState);
        _gradients = new(task.Device, Gradients, _random) { IsRecorded = options.IsRecorded, Notice = message => Notice(message) };
    }

    /// <summary>Told of what a person should know, such as that steps cannot be replayed.</summary>
    public Action<string> Notice { get; set; } = _ => { };

    /// <summary>A folder in which the log is also written as events for TensorBoard; null for none.</summary>
    public string? TensorBoardFolder { get; init; }

    /// <summary>Steps of one pass over the data; those of the last one may reach into the next.</summary>
    public double StepsPerEpoch => (double)_task.Batches.BatchesPerEpoch / _options.Accumulate;

    private int TotalSteps => (int)Math.Min(
        _options.MaxSteps ?? int.MaxValue, (long)_options.Epochs * _task.Batches.BatchesPerEpoch / _options.Accumulate);

    private int EvaluateEvery =>
        _options.EvaluateEvery ?? Math.Max((int)Math.Ceiling(StepsPerEpoch), LeastStepsBetweenEvaluations);

    private double Epoch => Math.Round(_position.Step / StepsPerEpoch, 4);

    /// <summary>Goes back to the state that the run folder holds.</summary>
    /// <exception cref="CheckpointException">There is none, or it does not fit the model.</exception>
    public void Resume()
    {
        using var file = Checkpoint.Open(_run.State);
        TensorFiles.Load(file, StateTensors());
        _position = TrainingPosition.Read(file, _run.State);
        _earlierSeconds = _position.Seconds;
        _random.Resume(_position.RandomCalls);
        _optimizer.Resume(_position.Step);
        _average?.Resume(_position.Step);
        _run.CutLogs(_position.MetricsLength, _position.SamplesLength);
    }

    /// <summary>Trains until the epochs, a limit, too little progress or a cancellation end it.</summary>
    /// <param name="progress">Told of steps and evaluations.</param>
    /// <param name="cancellation">Ends it early, with a state to resume from.</param>
    /// <exception cref="TrainingException">The loss or a gradient is not a number any more.</exception>
    /// <exception cref="CheckpointException">A file cannot be written.</exception>
    /// <exception cref="DataException">The data cannot be read.</exception>
    public TrainingResult Run(Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        _run.Create();
        _options.Save(_run.Training);
        _task.SaveModelFiles(_run.Path);
        if (_position.Step == 0)
            RunEnvironment.Current(_task.Device, _task.Recipe, _task.Items).Save(_run.Environment);
        using var events = _events = TensorBoardFolder is null ? null : new(TensorBoardFolder);
        try
        {
            return RunSteps(progress, cancellation);
        }
        finally
        {
            if (_run.LogLengths.Metrics > 0)
                RunReport.Write(_run);
        }
    }

    /// <summary>Gives the memory of optimizer, averages and recorded steps back.</summary>
    public void Dispose()
    {
        _gradients.Dispose();
        _carried.Dispose();
        _average?.Dispose();
        _optimizer.Dispose();
    }

    private TrainingResult RunSteps(Action<TrainingProgress>? progress, CancellationToken cancellation)
    {
        using var reader = new BatchReader(_task.Batches, (long)_position.Step * _options.Accumulate);
        var clock = new TrainingClock();
        if (_position.Step == 0)
            SaveState(clock); // a run that is killed early can be resumed too
        Evaluation? evaluation = null;
        while (!IsOver(clock) && !cancellation.IsCancellationRequested)
        {
            clock.Items += Step(reader);
            evaluation = null;
            if (_position.Step % _options.LogEvery == 0)
                LogStep(clock, progress);
            if (_position.Step % EvaluateEvery == 0 && _position.Step < TotalSteps)
                evaluation = Evaluate(clock, progress, cancellation);
            if (evaluation is not null || clock.SinceState > SecondsBetweenStates)
                SaveState(clock);
        }
        var rate = clock.ItemsPerSecond;
        SaveState(clock);
        if (!cancellation.IsCancellationRequested)
            evaluation ??= Evaluate(clock, progress, cancellation);
        if (evaluation is not null)
            SavePictures();
        return new(
            _position.Step, evaluation, _position.BestLoss, _position.Best, rate, cancellation.IsCancellationRequested, _gradients.Replays);
    }

    private void SavePictures()
    {
        using var average = _average?.Apply();
        foreach (var picture in _task.Pictures())
            picture.Save(_run.Pictures);
    }

    private Tensor Gradients(Graph graph, Batch batch)
    {
        var loss = _task.Loss(graph, batch);
        if (_task.StepRate is not null)
            return loss;
        graph.Backward(_options.Accumulate == 1 ? loss : loss.Scale(1f / _options.Accumulate));
        if (_options.Accumulate == 1)
            _optimizer.Step();
        return loss;
    }

    // Returns the items that were learned from.
    private int Step(BatchReader reader)
    {
        _optimizer.LearningRate = _schedule.RateAt(_position.Step, _options.LearningRate);
        _task.StepRate?.Set([_optimizer.LearningRate], Shape.Scalar);
        var items = 0;
        for (var i = 0; i < _options.Accumulate; i++)
        {
            if (((long)_position.Step * _options.Accumulate + i) % _task.Batches.BatchesPerEpoch == 0)
                _task.BeginEpoch();
            var (batch, count) = reader.Next();
            items += count;
            _carried.Remember();
            var calls = _random.Calls;
            var loss = _gradients.Run(batch).Item();
            if (!float.IsFinite(loss))
                throw NotFinite($"the loss is {loss}", batch, calls);
            _position.LossSum += loss;
            _position.LossCount++;
            if (i == _options.Accumulate - 1)
            {
                if (_options.Accumulate > 1)
                    _optimizer.Step();
                if (_optimizer.SkippedSteps > 0)
                    throw NotFinite("a gradient is not finite", batch, calls);
            }
        }
        _average?.Update();
        _position.Step++;
        return items;
    }

    // The parameters are as they were before the step: optimizers leave them alone where a gradient is not finite. So the batch
    // is run again, operation by operation, to find the first that goes wrong.
    private TrainingException NotFinite(string what, Batch batch, ulong calls)
    {
        _carried.Restore();
        _task.Parameters.ClearGradients();
        var advice = $"A smaller learning rate (now {_optimizer.LearningRate}) or clip may help; the last saved state is from before.";
        try
        {
            using var graph = _task.Device.BeginGraph(new RandomStream(_random.Seed, calls));
            graph.ChecksFinite = true;
            var loss = _task.Loss(graph, batch);
            if (_task.StepRate is null)
                graph.Backward(loss);
        }
        catch (NotFiniteException exception)
        {
            return new($"Step {_position.Step + 1}: {what}. {exception.Message} {advice}");
        }
        finally
        {
            _task.Parameters.ClearGradients();
        }
        return new($"Step {_position.Step + 1}: {what}, but not when the batch is run again by itself. {advice}");
    }

    private void LogStep(TrainingClock clock, Action<TrainingProgress>? progress)
    {
        var loss = _position.LossSum / _position.LossCount;
        (_position.LossSum, _position.LossCount) = (0, 0);
        var pace = clock.Lap();
        Log(new MetricsLine
        {
            Step = _position.Step,
            Epoch = Epoch,
            Split = "train",
            Loss = loss,
            Lr = _optimizer.LearningRate,
            GradNorm = _task.StepRate is null ? _optimizer.GradientNorm : null,
            TokensPerSecond = Math.Round(pace),
            MemoryBytes = _task.Device.PeakBytes,
        });
        progress?.Invoke(Progress(clock) with { Loss = loss, ItemsPerSecond = pace });
    }

    private Evaluation? Evaluate(TrainingClock clock, Action<TrainingProgress>? progress, CancellationToken cancellation)
    {
        using var pause = clock.Pause();
        try
        {
            using var average = _average?.Apply();
            var evaluation = _task.Evaluate(cancellation);
            var isBest = Judge(evaluation);
            Log(new MetricsLine
            {
                Step = _position.Step,
                Epoch = Epoch,
                Split = "validation",
                Loss = evaluation.Loss,
                Metrics = evaluation.Metrics,
            });
            foreach (var sample in _task.Samples(_position.Step))
                Log(sample);
            progress?.Invoke(Progress(clock) with { Loss = evaluation.Loss, Evaluation = evaluation, IsBest = isBest });
            return evaluation;
        }
        catch (OperationCanceledException)
        {
            return null; // the caller sees the cancellation itself
        }
    }

    private void Log(MetricsLine line)
    {
        _run.Log(line);
        _events?.Add(LoggedLine.Of(line));
    }

    private void Log(Sample sample)
    {
        sample.AppendTo(_run.Samples);
        _events?.Add(sample, number: 0);
    }

    private bool Judge(Evaluation evaluation)
    {
        var measure = _goal.Of(evaluation);
        var isBest = _goal.IsBetter(measure, _position.Best) || !File.Exists(_run.Model);
        _position.WorseEvaluations = isBest ? 0 : _position.WorseEvaluations + 1;
        if (!isBest)
            return false;
        _task.SaveModel(_run);
        (_position.Best, _position.BestLoss) = (measure, evaluation.Loss);
        return true;
    }

    private bool IsOver(TrainingClock clock) => _position.Step >= TotalSteps
        || _options.MaxMinutes is { } minutes && _earlierSeconds + clock.Seconds >= minutes * 60
        || _options.Patience is { } patience && _position.WorseEvaluations >= patience;

    private TrainingProgress Progress(TrainingClock clock)
    {
        var seconds = _earlierSeconds + clock.Seconds;
        var share = (double)_position.Step / TotalSteps;
        if (_options.MaxMinutes is { } minutes)
            share = Math.Max(share, seconds / (minutes * 60));
        share = Math.Min(share, 1);
        var remaining = share > 0 ? TimeSpan.FromSeconds(seconds * (1 - share) / share) : TimeSpan.Zero;
        return new(_position.Step, TotalSteps, Epoch, 0, 0, share, remaining);
    }

    private void SaveState(TrainingClock clock)
    {
        _position.Seconds = _earlierSeconds + clock.Seconds;
        _position.RandomCalls = _random.Calls;
        (_position.MetricsLength, _position.SamplesLength) = _run.LogLengths;
        TensorFiles.Save(_run.State, StateTensors(), _position.ToMetadata());
        clock.StateWasSaved();
    }

    private IEnumerable<(string Name, Tensor Tensor)> StateTensors()
    {
        foreach (var parameter in _task.Parameters.Parameters)
            yield return ($"model.{parameter.Name}", parameter);
        foreach (var (name, tensor) in _optimizer.State)
            yield return ($"optimizer.{name}", tensor);
        foreach (var (name, tensor) in _task.CarriedState)
            yield return ($"carried.{name}", tensor);
        foreach (var (name, tensor) in _average?.State ?? [])
            yield return ($"average.{name}", tensor);
    }
}
