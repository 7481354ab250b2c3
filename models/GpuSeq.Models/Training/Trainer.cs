using System.Diagnostics;
using System.Globalization;
using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Where training is.</summary>
/// <param name="Step">Steps that were made.</param>
/// <param name="TotalSteps">Steps that all epochs have, or fewer where a limit says so.</param>
/// <param name="Epoch">Passes over the data, with a fraction.</param>
/// <param name="Loss">The mean loss since the last report.</param>
/// <param name="ItemsPerSecond">Items learned from in a second since the last report.</param>
/// <param name="Share">How much of the training is done, from 0 to 1, by the limit that comes first.</param>
/// <param name="Remaining">The time that is left at this pace.</param>
/// <param name="Evaluation">Set when the model was just measured.</param>
/// <param name="IsBest">Whether that was the best so far.</param>
public sealed record TrainingProgress(
    int Step, int TotalSteps, double Epoch, double Loss, double ItemsPerSecond, double Share, TimeSpan Remaining,
    Evaluation? Evaluation = null, bool IsBest = false);

/// <summary>What came of a training.</summary>
/// <param name="Steps">Steps that were made, over all sittings.</param>
/// <param name="Evaluation">The measure of the last parameters; null when it was interrupted.</param>
/// <param name="BestLoss">The best validation loss, whose model lies in the run folder.</param>
/// <param name="ItemsPerSecond">Over this sitting, evaluations left out.</param>
/// <param name="IsInterrupted">Whether it was cancelled and can be resumed.</param>
public sealed record TrainingResult(int Steps, Evaluation? Evaluation, double BestLoss, double ItemsPerSecond, bool IsInterrupted);

/// <summary>Training cannot go on.</summary>
/// <param name="message">What happened, at which step.</param>
public sealed class TrainingException(string message) : Exception(message);

/// <summary>
/// Runs the steps of a task: loss, gradients, clipping, Adam; evaluates, logs, keeps the best model and a state to resume
/// from. A run that is resumed goes on with the same bits as one that never stopped.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const double SecondsBetweenStates = 30;
    private const int LeastStepsBetweenEvaluations = 100; // an epoch of a small data set has fewer

    private readonly ITrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly RunFolder _run;
    private readonly Adam _optimizer;
    private RandomStream _random;
    private int _step;
    private double _earlierSeconds;
    private double _bestLoss = double.PositiveInfinity;
    private double _lossSum;
    private int _lossCount;

    /// <summary>A trainer at the first step.</summary>
    public Trainer(ITrainingTask task, TrainingOptions options, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(options);
        _task = task;
        _options = options;
        _run = run;
        _random = new RandomStream(options.Seed);
        _optimizer = new Adam(task.Parameters, options.LearningRate)
        {
            ClipNorm = options.ClipNorm,
            ClipValue = options.ClipValue,
        };
    }

    private int TotalSteps => Math.Min(
        (int)Math.Min((long)_options.Epochs * _task.StepsPerEpoch, int.MaxValue), _options.MaxSteps ?? int.MaxValue);

    private int EvaluateEvery => _options.EvaluateEvery ?? Math.Max(_task.StepsPerEpoch, LeastStepsBetweenEvaluations);

    /// <summary>Goes back to the state that the run folder holds.</summary>
    /// <exception cref="CheckpointException">There is none, or it does not fit the model.</exception>
    public void Resume()
    {
        using var file = SafeTensorsFile.Open(_run.State);
        foreach (var (name, tensor) in StateTensors())
            TensorFiles.ReadInto(file, name, tensor);
        _step = int.Parse(Text("step"), CultureInfo.InvariantCulture);
        _earlierSeconds = double.Parse(Text("seconds"), CultureInfo.InvariantCulture);
        _bestLoss = double.Parse(Text("best_loss"), CultureInfo.InvariantCulture);
        _lossSum = double.Parse(Text("loss_sum"), CultureInfo.InvariantCulture);
        _lossCount = int.Parse(Text("loss_count"), CultureInfo.InvariantCulture);
        _random = new RandomStream(_options.Seed, ulong.Parse(Text("random_calls"), CultureInfo.InvariantCulture));
        _optimizer.Resume(_step);
        _run.ForgetAfter(_step);

        string Text(string name) => file.Metadata.GetValueOrDefault(name)
            ?? throw new CheckpointException(_run.State, $"the state of a training has an entry '{name}', and this file has none");
    }

    /// <summary>Trains until the epochs, a limit or a cancellation end it.</summary>
    /// <param name="progress">Told of steps and evaluations.</param>
    /// <param name="cancellation">Ends it early, with a state to resume from.</param>
    /// <exception cref="TrainingException">The loss is not a number any more.</exception>
    /// <exception cref="CheckpointException">A file cannot be written.</exception>
    public TrainingResult Run(Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        _run.Create();
        _options.Save(_run.Training);
        _task.SaveModelFiles(_run.Path);
        var clock = Stopwatch.StartNew();
        var lastState = TimeSpan.Zero;
        var lastLog = (Step: _step, Time: TimeSpan.Zero);
        var (firstStep, evaluating) = (_step, TimeSpan.Zero);
        Evaluation? evaluation = null;
        while (_step < TotalSteps && !IsOutOfTime(clock) && !cancellation.IsCancellationRequested)
        {
            Step();
            evaluation = null;
            if (_step % _options.LogEvery == 0)
            {
                var pace = (_step - lastLog.Step) * _task.ItemsPerStep / Math.Max(1e-9, (clock.Elapsed - lastLog.Time).TotalSeconds);
                var logged = LogStep(pace, clock);
                progress?.Invoke(logged);
                lastLog = (_step, clock.Elapsed);
            }
            if (_step % EvaluateEvery == 0 && _step < TotalSteps)
                evaluation = Evaluate();
            if (evaluation is not null || (clock.Elapsed - lastState).TotalSeconds > SecondsBetweenStates)
            {
                SaveState(clock);
                lastState = clock.Elapsed;
            }
        }
        var training = clock.Elapsed - evaluating;
        SaveState(clock);
        if (!cancellation.IsCancellationRequested)
            evaluation ??= Evaluate();
        var rate = (_step - firstStep) * (double)_task.ItemsPerStep / Math.Max(1e-9, training.TotalSeconds);
        return new(_step, evaluation, _bestLoss, rate, cancellation.IsCancellationRequested);

        Evaluation? Evaluate()
        {
            var begin = clock.Elapsed;
            try
            {
                var measured = _task.Evaluate(cancellation);
                var judged = Judge(measured, clock);
                progress?.Invoke(judged);
                return measured;
            }
            catch (OperationCanceledException)
            {
                return null; // the caller sees the cancellation itself
            }
            finally
            {
                evaluating += clock.Elapsed - begin;
                lastLog.Time += clock.Elapsed - begin;
            }
        }
    }

    /// <summary>Gives the optimizer's memory back.</summary>
    public void Dispose() => _optimizer.Dispose();

    private void Step()
    {
        _optimizer.LearningRate = RateAt(_step);
        using var graph = _task.Device.BeginGraph(_random);
        var loss = _task.Loss(graph, _step % _task.StepsPerEpoch);
        graph.Backward(loss);
        _optimizer.Step();
        var value = loss.Item();
        if (!float.IsFinite(value))
        {
            throw new TrainingException(
                $"The loss of step {_step + 1} is {value}. A smaller learning rate (now {_optimizer.LearningRate}) or clip may help; "
                + "the last saved state is from before.");
        }
        _lossSum += value;
        _lossCount++;
        _step++;
    }

    private float RateAt(int step)
    {
        var done = (float)step / TotalSteps;
        return _options.LearningRate * (1f + done * (_options.FinalRateShare - 1f));
    }

    private TrainingProgress LogStep(double pace, Stopwatch clock)
    {
        var loss = _lossSum / _lossCount;
        (_lossSum, _lossCount) = (0, 0);
        _run.Log(new()
        {
            Step = _step,
            Epoch = Epoch,
            Split = "train",
            Loss = loss,
            Lr = _optimizer.LearningRate,
            GradNorm = _optimizer.GradientNorm,
            TokensPerSecond = Math.Round(pace),
        });
        return Progress(clock) with { Loss = loss, ItemsPerSecond = pace };
    }

    private TrainingProgress Judge(Evaluation evaluation, Stopwatch clock)
    {
        var isBest = evaluation.Loss < _bestLoss;
        if (isBest)
        {
            TensorFiles.Save(_run.Model, _task.Parameters);
            _bestLoss = evaluation.Loss;
        }
        _run.Log(new() { Step = _step, Epoch = Epoch, Split = "validation", Loss = evaluation.Loss, Metrics = evaluation.Metrics });
        return Progress(clock) with { Loss = evaluation.Loss, Evaluation = evaluation, IsBest = isBest };
    }

    private double Epoch => Math.Round((double)_step / _task.StepsPerEpoch, 4);

    private TrainingProgress Progress(Stopwatch clock)
    {
        var seconds = _earlierSeconds + clock.Elapsed.TotalSeconds;
        var share = (double)_step / TotalSteps;
        if (_options.MaxMinutes is { } minutes)
            share = Math.Max(share, seconds / (minutes * 60));
        share = Math.Min(share, 1);
        var remaining = share > 0 ? TimeSpan.FromSeconds(seconds * (1 - share) / share) : TimeSpan.Zero;
        return new(_step, TotalSteps, Epoch, 0, 0, share, remaining);
    }

    private bool IsOutOfTime(Stopwatch clock) =>
        _options.MaxMinutes is { } minutes && _earlierSeconds + clock.Elapsed.TotalSeconds >= minutes * 60;

    private void SaveState(Stopwatch clock)
    {
        var metadata = new Dictionary<string, string>
        {
            ["step"] = _step.ToString(CultureInfo.InvariantCulture),
            ["seconds"] = (_earlierSeconds + clock.Elapsed.TotalSeconds).ToString("R", CultureInfo.InvariantCulture),
            ["best_loss"] = _bestLoss.ToString("R", CultureInfo.InvariantCulture),
            ["loss_sum"] = _lossSum.ToString("R", CultureInfo.InvariantCulture),
            ["loss_count"] = _lossCount.ToString(CultureInfo.InvariantCulture),
            ["random_calls"] = _random.Calls.ToString(CultureInfo.InvariantCulture),
        };
        TensorFiles.Save(_run.State, StateTensors(), metadata);
    }

    private IEnumerable<(string Name, Tensor Tensor)> StateTensors()
    {
        foreach (var parameter in _task.Parameters.Parameters)
            yield return ($"model.{parameter.Name}", parameter);
        foreach (var (name, tensor) in _optimizer.State)
            yield return ($"optimizer.{name}", tensor);
        foreach (var (name, tensor) in _task.CarriedState)
            yield return ($"carried.{name}", tensor);
    }
}
