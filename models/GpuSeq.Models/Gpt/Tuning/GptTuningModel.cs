using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a fine-tuned GPT makes of examples.</summary>
/// <param name="Outputs">[B, labels or choices] logits, or [B, 1] numbers less their mean in standard deviations.</param>
/// <param name="LanguageModelLoss">The mean loss of foretelling the examples' tokens, in nats; null where it was not asked for.</param>
public sealed record GptTuningResult(Tensor Outputs, Tensor? LanguageModelLoss);

/// <summary>
/// A GPT with a linear layer over the hidden state of the extract token (Radford et al. 2018, sections 3.2 and 3.3). As in the paper
/// it has no bias.
/// </summary>
public sealed class GptTuningModel : IModel
{
    private readonly Parameter _score; // [outputs, C]

    /// <summary>A model with first values drawn from a seed.</summary>
    /// <exception cref="ArgumentException">The configuration has a fault.</exception>
    public GptTuningModel(Device device, GptTuningConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Fault is { } fault)
            throw new ArgumentException($"Fine-tuning: {fault}.", nameof(config));
        Config = config;
        Gpt = new(device, config.Gpt, seed);
        _score = new ParameterScope(Parameters, "score").Add(
            "weight", [config.Outputs, config.Gpt.Width], Initializer.Normal(config.Gpt.InitializerRange));
    }

    /// <summary>The form of the model.</summary>
    public GptTuningConfig Config { get; }

    /// <summary>The GPT.</summary>
    public GptModel Gpt { get; }

    /// <summary>What training changes: the GPT's parameters and <c>score.weight</c>.</summary>
    public ParameterSet Parameters => Gpt.Parameters;

    /// <summary>
    /// Takes the parameters of a GPT whose vocabulary ends before the special tokens; the vectors of these stay as they were drawn.
    /// </summary>
    /// <exception cref="ArgumentException">It has another form.</exception>
    public void Take(GptModel pretrained)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        if (pretrained.Config.VocabSize + GptTuningConfig.SpecialTokens != Config.Gpt.VocabSize)
            throw new ArgumentException($"The GPT has {pretrained.Config.VocabSize} tokens.", nameof(pretrained));
        foreach (var parameter in pretrained.Parameters.Parameters)
        {
            var own = Parameters.Find(parameter.Name) ?? throw new ArgumentException($"{parameter} is not wanted.", nameof(pretrained));
            var values = parameter.ToArray();
            own.Assign([.. values, .. own.ToArray()[values.Length..]]);
        }
    }

    /// <summary>Computes what it makes of a batch.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">As <see cref="GptTuningBatches"/> writes it.</param>
    /// <param name="foretells">Whether the loss of foretelling tokens is wanted.</param>
    public GptTuningResult Forward(Graph graph, Batch batch, bool foretells)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var hidden = Gpt.Forward(graph, graph.Input(batch[GptTuningBatches.Ids])).Hidden; // [B sequences, T, C]
        var (width, sequences) = (Config.Gpt.Width, Config.Sequences);
        var places = graph.Input(batch[GptTuningBatches.Places]);
        var extracted = hidden.Reshape([hidden.Shape.Rows, width]).Select(0, places); // [B sequences, C]
        var examples = extracted.Shape[0] / sequences;
        if (Config.Form == GptTuningForm.Similar)
            extracted = extracted.Reshape([examples, sequences, width]).Sum(1);
        var outputs = extracted.Dropout(Config.Dropout).Linear(_score).Reshape([examples, Config.TellsNumber ? 1 : Config.Labels.Count]);
        return new(outputs, foretells ? Gpt.Logits(hidden).CrossEntropy(graph.Input(batch[GptTuningBatches.Targets])) : null);
    }

    /// <summary>The task's loss of a batch, and that of foretelling its tokens times lambda (Radford et al. 2018, equation 5).</summary>
    public Tensor Loss(Graph graph, Batch batch)
    {
        var result = Forward(graph, batch, foretells: Config.LanguageModelWeight > 0f);
        var answers = graph.Input(batch[GptTuningBatches.Answers]);
        var loss = Config.Answers.Loss(result.Outputs, answers);
        return result.LanguageModelLoss is { } foretelling ? loss.Add(foretelling.Scale(Config.LanguageModelWeight)) : loss;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Gpt.Dispose();
}
