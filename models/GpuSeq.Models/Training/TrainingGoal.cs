namespace GpuSeq.Models;

/// <summary>Which of two evaluations is the better one.</summary>
/// <param name="Metric">The loss, or the name of a metric.</param>
public sealed record TrainingGoal(string Metric)
{
    /// <summary>The name of the loss.</summary>
    public const string Loss = "loss";

    /// <summary>What any evaluation is better than.</summary>
    public double Worst => IsSmallerBetter ? double.PositiveInfinity : double.NegativeInfinity;

    // Losses, what is computed from them, and errors of every kind.
    private bool IsSmallerBetter => Metric is Loss or "bits_per_character"
        || Metric.StartsWith("perplexity", StringComparison.Ordinal) || Metric.EndsWith("error", StringComparison.Ordinal);

    /// <summary>The measure of an evaluation.</summary>
    /// <exception cref="TrainingException">It has none of that name.</exception>
    public double Of(Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        if (Metric == Loss)
            return evaluation.Loss;
        return evaluation.Metrics.TryGetValue(Metric, out var value) ? value : throw new TrainingException(
            $"There is no metric '{Metric}' to compare models by. There is: {string.Join(", ", evaluation.Metrics.Keys.Prepend(Loss))}.");
    }

    /// <summary>Whether a measure is better than another.</summary>
    public bool IsBetter(double value, double other) => IsSmallerBetter ? value < other : value > other;
}
