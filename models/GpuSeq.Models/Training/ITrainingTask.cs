using GpuSeq.Engine;

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

    /// <summary>Steps of one pass over the data.</summary>
    int StepsPerEpoch { get; }

    /// <summary>Items, such as characters, that one step learns from.</summary>
    int ItemsPerStep { get; }

    /// <summary>Tensors beside the parameters that a step leaves for the next, by name.</summary>
    IEnumerable<(string Name, StateTensor Tensor)> CarriedState { get; }

    /// <summary>Computes the loss of a step.</summary>
    /// <param name="graph">The step's graph.</param>
    /// <param name="step">Its place in the epoch.</param>
    Tensor Loss(Graph graph, int step);

    /// <summary>Measures the model on the validation data.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Evaluation Evaluate(CancellationToken cancellation);

    /// <summary>Writes what a model folder holds beside the parameters: configuration, vocabulary.</summary>
    void SaveModelFiles(string folder);
}

/// <summary>A measure of a model.</summary>
/// <param name="Loss">The mean loss.</param>
/// <param name="Metrics">Other measures by name.</param>
/// <param name="Examples">What was measured on.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record Evaluation(double Loss, IReadOnlyDictionary<string, double> Metrics, int Examples, double Seconds);
