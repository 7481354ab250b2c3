namespace GpuSeq.Models;

/// <summary>Which of two evaluations is the better one.</summary>
/// <param name="Metric">The loss, the name of a metric, or <see cref="Last"/>.</param>
public sealed record TrainingGoal(string Metric)
{
    /// <summary>The name of the loss.</summary>
    public const string Loss = "loss";

    /// <summary>What makes each evaluation better than those before it, so that the last model is kept.</summary>
    public const string Last = "last";

    /// <summary>The name of the measure that is compared.</summary>
    public string Measure => Metric == Last ? Loss : Metric;

    /// <summary>What any evaluation is better than.</summary>
    public double Worst => IsSmallerBetter ? double.PositiveInfinity : double.NegativeInfinity;

    // Losses, what is computed from them, and errors of every kind.
    private bool IsSmallerBetter => Measure is "bits_per_character" || Measure.EndsWith(Loss, StringComparison.Ordinal)
        || Metric.StartsWith("perplexity", StringComparison.Ordinal) || Metric.EndsWith("error", StringComparison.Ordinal);

    /// <summary>The measure of an evaluation.</summary>
    /// <exception cref="TrainingException">It has none of that name.</exception>
    public double Of(Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        if (Measure == Loss)
            return evaluation.Loss;
        return evaluation.Metrics.TryGetValue(Metric, out var value) ? value : throw new TrainingException(
            $"There is no metric '{Metric}' to compare models by. There is: {string.Join(", ", evaluation.Metrics.Keys.Prepend(Loss))}.");
    }

    /// <summary>Whether a measure is better than another.</summary>
    public bool IsBetter(double value, double other) => Metric == Last || (IsSmallerBetter ? value < other : value > other);
}
