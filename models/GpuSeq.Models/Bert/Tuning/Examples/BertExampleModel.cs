using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>A model of BERT's family that answers examples: it tells what texts are, or which of several choices is right.</summary>
public sealed class BertExampleModel : IModel
{
    private readonly IModel _model;
    private readonly Func<Graph, BertInput, BertResult> _forward;
    private readonly Func<BertResult, Tensor> _logits;

    /// <summary>A model that tells labels, or a number.</summary>
    public BertExampleModel(BertModel<ClassificationHead> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, Config, _forward, _logits) = (model, model.Config, model.Forward, model.Head.Logits);
        Problem = model.Config.ProblemType switch
        {
            "multi_label_classification" => TextProblem.Labels,
            "regression" => TextProblem.Number,
            null when model.Config.Labels.Count == 1 => TextProblem.Number, // as the Hub has it
            _ => TextProblem.Label,
        };
    }

    /// <summary>A model that chooses.</summary>
    public BertExampleModel(BertModel<ChoiceHead> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, Config, Problem, _forward, _logits) = (model, model.Config, TextProblem.Choice, model.Forward, model.Head.Logits);
    }

    /// <summary>The form of the model.</summary>
    public BertConfig Config { get; }

    /// <summary>What it tells.</summary>
    public TextProblem Problem { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => _model.Parameters;

    /// <summary>Loads the model of a folder, whichever of the two it is.</summary>
    /// <exception cref="DataException">The configuration cannot be read, or is that of a model for something else.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static BertExampleModel Load(Device device, RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return BertConfig.Load(folder.Config).Architecture?.EndsWith(ChoiceHead.Purpose, StringComparison.Ordinal) == true
            ? new(BertFiles.Load<ChoiceHead>(device, folder))
            : new(BertFiles.Load<ClassificationHead>(device, folder));
    }

    /// <summary>Makes a model that is to be fine-tuned.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="origin">What it begins with.</param>
    /// <param name="problem">What it tells.</param>
    /// <param name="labels">The labels; none for a number.</param>
    /// <param name="change">What else is to be changed of its form, such as dropout.</param>
    /// <param name="seed">Of what begins at random.</param>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    internal static BertExampleModel Begin(
        Device device, BertOrigin origin, TextProblem problem, IReadOnlyList<string> labels, Func<BertConfig, BertConfig> change,
        ulong seed)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(change);
        return problem == TextProblem.Choice
            ? new(origin.Begin<ChoiceHead>(device, change, seed))
            : new(origin.Begin<ClassificationHead>(device, config => change(Telling(config, problem, labels)), seed));
    }

    /// <summary>What it makes of texts: [B, outputs], for a choice one score of each text.</summary>
    public Tensor Logits(Graph graph, BertInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return _logits(_forward(graph, input.OfFirstTokens(graph)));
    }

    /// <summary>What the last layer looks at from the first token, on the average of its heads: a share for each token of a text.</summary>
    public float[] Attention(Graph graph, BertInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var weights = _forward(graph, input with { ReturnsWeights = true }).Weights[^1]; // [1, H, T, T]
        return weights.Slice(2, 0, 1).Mean(1).ToArray();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _model.Dispose();

    private static BertConfig Telling(BertConfig config, TextProblem problem, IReadOnlyList<string> labels) => config with
    {
        Labels = problem == TextProblem.Number ? ["LABEL_0"] : labels,
        ProblemType = problem switch
        {
            TextProblem.Number => "regression",
            TextProblem.Labels => "multi_label_classification",
            _ => "single_label_classification",
        },
    };
}
