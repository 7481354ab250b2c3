namespace GpuSeq.Models;

/// <summary>How a model is trained. A run keeps them in <c>training.json</c>, so that it can be resumed.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Steps after which training ends; null for no limit.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Minutes of training, over all its sittings, after which it ends; null for no limit.</summary>
    public double? MaxMinutes { get; init; }

    /// <summary>Examples of a batch.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Batches whose gradients add up to one step.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>What makes steps of the gradients.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>The largest learning rate.</summary>
    public float LearningRate { get; init; } = 2e-3f;

    /// <summary>How the learning rate changes, as <see cref="Engine.Schedule.Parse"/> reads it.</summary>
    public string Schedule { get; init; } = "constant";

    /// <summary>The share of the last direction that stochastic gradient descent and RMSprop keep.</summary>
    public float Momentum { get; init; }

    /// <summary>How slowly the mean of the squared gradients changes in Adam and AdamW.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>How strongly parameters of more than one dimension are drawn to zero.</summary>
    public float WeightDecay { get; init; }

    /// <summary>The largest global norm of the gradients; 0 for no limit.</summary>
    public float ClipNorm { get; init; } = 1f;

    /// <summary>The largest magnitude of a single gradient; 0 for no limit.</summary>
    public float ClipValue { get; init; }

    /// <summary>What tells runs apart; the same seed gives the same bits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Steps between two evaluations; null for once an epoch, or every 100 steps where an epoch is shorter.</summary>
    public int? EvaluateEvery { get; init; }

    /// <summary>Steps between two lines of the log.</summary>
    public int LogEvery { get; init; } = 10;

    /// <summary>The measure by which models are compared: <c>loss</c>, a metric of the recipe, or <c>last</c>.</summary>
    public string Metric { get; init; } = TrainingGoal.Loss;

    /// <summary>Training ends after so many evaluations in a row that were not the best; null for no such end.</summary>
    public int? Patience { get; init; }

    /// <summary>How slowly the average of the weights changes that is evaluated and kept instead of them; 0 for none.</summary>
    public double AverageDecay { get; init; }

    /// <summary>Whether steps are recorded and replayed; false runs each as it is written.</summary>
    public bool IsRecorded { get; init; } = true;

    /// <summary>Reads the file of a run.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static TrainingOptions Load(string path) => JsonFile.Load<TrainingOptions>(path, "the options of a training");

    /// <summary>Writes the file of a run.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
