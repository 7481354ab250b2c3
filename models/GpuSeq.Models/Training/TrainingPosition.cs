using System.Globalization;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Where a training is, beside its tensors: what a state file holds as text.</summary>
internal sealed class TrainingPosition
{
    public int Step { get; set; }

    /// <summary>Seconds of training, over all sittings.</summary>
    public double Seconds { get; set; }

    /// <summary>The best measure so far, by the goal of the training.</summary>
    public double Best { get; set; }

    /// <summary>The validation loss of the model that has it.</summary>
    public double BestLoss { get; set; } = double.PositiveInfinity;

    /// <summary>Evaluations since the best one.</summary>
    public int WorseEvaluations { get; set; }

    /// <summary>The sum of the losses since the last line of the log, and their number.</summary>
    public double LossSum { get; set; }

    public int LossCount { get; set; }

    public ulong RandomCalls { get; set; }

    /// <summary>The bytes of the logs; what comes after them comes again when the training is resumed.</summary>
    public long MetricsLength { get; set; }

    public long SamplesLength { get; set; }

    public Dictionary<string, string> ToMetadata() => new()
    {
        ["step"] = Step.ToString(CultureInfo.InvariantCulture),
        ["seconds"] = Seconds.ToString("R", CultureInfo.InvariantCulture),
        ["best"] = Best.ToString("R", CultureInfo.InvariantCulture),
        ["best_loss"] = BestLoss.ToString("R", CultureInfo.InvariantCulture),
        ["worse_evaluations"] = WorseEvaluations.ToString(CultureInfo.InvariantCulture),
        ["loss_sum"] = LossSum.ToString("R", CultureInfo.InvariantCulture),
        ["loss_count"] = LossCount.ToString(CultureInfo.InvariantCulture),
        ["random_calls"] = RandomCalls.ToString(CultureInfo.InvariantCulture),
        ["metrics_length"] = MetricsLength.ToString(CultureInfo.InvariantCulture),
        ["samples_length"] = SamplesLength.ToString(CultureInfo.InvariantCulture),
    };

    /// <exception cref="CheckpointException">An entry is missing or is no number.</exception>
    public static TrainingPosition Read(Checkpoint file, string path) => new()
    {
        Step = Number<int>(file, path, "step"),
        Seconds = Number<double>(file, path, "seconds"),
        Best = Number<double>(file, path, "best"),
        BestLoss = Number<double>(file, path, "best_loss"),
        WorseEvaluations = Number<int>(file, path, "worse_evaluations"),
        LossSum = Number<double>(file, path, "loss_sum"),
        LossCount = Number<int>(file, path, "loss_count"),
        RandomCalls = Number<ulong>(file, path, "random_calls"),
        MetricsLength = Number<long>(file, path, "metrics_length"),
        SamplesLength = Number<long>(file, path, "samples_length"),
    };

    private static T Number<T>(Checkpoint file, string path, string name)
        where T : IParsable<T>
    {
        var text = file.Metadata.GetValueOrDefault(name)
            ?? throw new CheckpointException(path, $"the state of a training has an entry '{name}', and this file has none");
        return T.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CheckpointException(path, $"the entry '{name}' is no number: '{text}'");
    }
}
