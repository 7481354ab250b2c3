using System.Diagnostics;
using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains one of the networks that are compared, and measures how its gradients come back through time.</summary>
public sealed class GradientFlowTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "gradient-flow";

    private const int MeasuredSequences = 256;
    private const ulong MeasuredSeed = 0x5EED; // all networks are measured on the same sequences

    private readonly Batch _measured;

    /// <summary>Makes a model.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="config">The form of the model.</param>
    /// <param name="variant">Which of the networks, and what the options of its training do to gradients.</param>
    /// <param name="batch">B, sequences of a step.</param>
    /// <param name="seed">Of the first values and the sequences.</param>
    public GradientFlowTask(Device device, GradientFlowConfig config, FlowVariant variant, int batch, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(variant);
        (Device, Variant) = (device, variant);
        Model = new(device, config.Of(variant), seed);
        Batches = new FirstSymbolBatches(config, batch, seed);
        var measured = new FirstSymbolBatches(config, MeasuredSequences, MeasuredSeed);
        _measured = measured.NewBatch();
        measured.Read(0, 0, _measured);
        Last = Before = GradientFlow.Of(device, Model, _measured);
    }

    /// <summary>Which of the networks it is.</summary>
    public FlowVariant Variant { get; }

    /// <summary>The model.</summary>
    public GradientFlowModel Model { get; }

    /// <summary>How gradients flowed before the first step.</summary>
    public GradientFlow Before { get; }

    /// <summary>How they flowed when that was last measured.</summary>
    public GradientFlow Last { get; private set; }

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches { get; }

    /// <inheritdoc/>
    public string Items => "sequences";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Model.Forward(graph.Input(batch[0])).CrossEntropy(graph.Input(batch[1]));
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var clock = Stopwatch.StartNew();
        Last = GradientFlow.Of(Device, Model, _measured);
        var metrics = new Dictionary<string, double>
        {
            ["accuracy"] = Last.Accuracy,
            ["gradient_ratio"] = Last.Ratio,
            ["gradient_factor"] = Last.Factor,
        };
        return new(Last.Loss, metrics, MeasuredSequences, clock.Elapsed.TotalSeconds);
    }

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures() => [FlowPictures.OverTime(this)];

    /// <inheritdoc/>
    public void SaveModelFiles(string folder) => Model.Config.Save(Path.Combine(folder, "config.json"));

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Model.Dispose();
}
