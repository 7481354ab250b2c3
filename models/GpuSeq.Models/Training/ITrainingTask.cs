using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>What a recipe gives the trainer: the loss of a step, and a measure of the model. The rest is the trainer's.</summary>
public interface ITrainingTask
{
    /// <summary>The recipe's name.</summary>
    string Recipe { get; }

    /// <summary>Where it computes.</summary>
    Device Device { get; }

    /// <summary>What training changes.</summary>
    ParameterSet Parameters { get; }

    /// <summary>Parameters with learning rates or weight decays of their own, as <see cref="Optimizer.Groups"/> has them.</summary>
    IReadOnlyList<ParameterGroup> ParameterGroups => [ParameterGroup.WithoutDecay];

    /// <summary>What it learns from.</summary>
    IBatchSource Batches { get; }

    /// <summary>What is counted in a batch, such as characters; in the plural.</summary>
    string Items { get; }

    /// <summary>Tensors beside the parameters that a step leaves for the next, by name.</summary>
    IEnumerable<(string Name, StateTensor Tensor)> CarriedState => [];

    /// <summary>
    /// Where the loss of a task is a whole step, which changes the parameters as well: the learning rate that it takes, filled
    /// before every step. Null where gradients and an optimizer make the step.
    /// </summary>
    HostTensor? StepRate => null;

    /// <summary>Prepares a pass over the data, before its first step.</summary>
    void BeginEpoch()
    {
    }

    /// <summary>
    /// Computes the loss of a batch: one number. It is recorded and replayed, so what differs from step to step comes in through
    /// the batch alone; see <see cref="RecordedStep"/>.
    /// </summary>
    Tensor Loss(Graph graph, Batch batch);

    /// <summary>Measures the model on the validation data.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Evaluation Evaluate(CancellationToken cancellation);

    /// <summary>What the model makes of a few inputs now, for people to read.</summary>
    /// <param name="step">Steps that were made.</param>
    IEnumerable<Sample> Samples(int step) => [];

    /// <summary>What a person should see of the model when training ends.</summary>
    IEnumerable<Picture> Pictures() => [];

    /// <summary>Writes the model as it is now, the best so far: its parameters, and what must go with these.</summary>
    /// <exception cref="CheckpointException">A file cannot be written.</exception>
    void SaveModel(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        run.SaveParameters(Parameters);
    }

    /// <summary>Writes what a model folder holds beside the parameters: configuration, vocabulary.</summary>
    void SaveModelFiles(string folder);
}

/// <summary>A measure of a model.</summary>
/// <param name="Loss">The mean loss.</param>
/// <param name="Metrics">Other measures by name.</param>
/// <param name="Examples">What was measured on.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record Evaluation(double Loss, IReadOnlyDictionary<string, double> Metrics, int Examples, double Seconds)
{
    /// <summary>Measures of each class or type by name, for who asks; they are not logged in training.</summary>
    public IReadOnlyDictionary<string, double> ByClass { get; init; } = new Dictionary<string, double>();
}
