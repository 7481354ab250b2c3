namespace GpuSeq.Models;

/// <summary>How good, large and fast a model is.</summary>
/// <param name="Accuracy">The share of right labels.</param>
/// <param name="Parameters">How many numbers it has.</param>
/// <param name="Milliseconds">What a text takes, those of about one length side by side.</param>
public sealed record ModelMeasure(double Accuracy, long Parameters, double Milliseconds)
{
    private const int Runs = 3;

    /// <summary>Measures a model; the time is the least of a few runs.</summary>
    internal static ModelMeasure Of(BertExampleEvaluator model, long parameters)
    {
        Evaluation[] runs = [.. Enumerable.Range(0, Runs).Select(_ => model.Evaluate(CancellationToken.None))];
        return new(runs[0].Metrics["accuracy"], parameters, 1000 * runs.Min(run => run.Seconds) / runs[0].Examples);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Accuracy:0.000} accuracy, {Parameters / 1e6:0.00} million parameters, {Milliseconds:0.00} ms for a text");
}
