namespace GpuSeq.Engine;

/// <summary>What a <see cref="StepBenchmark"/> times, and what it works on.</summary>
public sealed class TimedStep : IDisposable
{
    private readonly Action _run;
    private readonly Func<string?> _check;
    private readonly IDisposable[] _owned;

    /// <summary>A step.</summary>
    /// <param name="run">Computes once.</param>
    /// <param name="check">Tells what is wrong with it, or null.</param>
    /// <param name="owned">What is disposed in the end, in this order.</param>
    public TimedStep(Action run, Func<string?> check, params IDisposable[] owned) => (_run, _check, _owned) = (run, check, owned);

    /// <summary>A training step, which must be replayed and learn.</summary>
    /// <param name="step">Gives back the loss.</param>
    /// <param name="batch">What it learns.</param>
    /// <param name="steps">After so many steps the loss must have halved.</param>
    /// <param name="owned">What is disposed after the step, in this order.</param>
    public static TimedStep Training(RecordedStep step, Batch batch, int steps, params IDisposable[] owned)
    {
        ArgumentNullException.ThrowIfNull(step);
        return new(() => step.Run(batch), Check, [step, .. owned]);

        string? Check()
        {
            var first = step.Run(batch).Item();
            for (var i = 0; i < steps; i++)
                step.Run(batch);
            var last = step.Run(batch).Item();
            return step.Obstacle ?? (last < first / 2 ? null : $"the loss was {first} and is {last} after {steps} steps");
        }
    }

    /// <summary>Computes once.</summary>
    public void Run() => _run();

    /// <summary>Runs it a few times.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Check() => _check();

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var owned in _owned)
            owned.Dispose();
    }
}
