using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>
/// A fine-tuned GPT at work. The texts of an example stand in one, with tabs between them: two to compare, or a context and the
/// choices; the labels of choices are their places, counted from 0. Where the model tells a number, that is what the label says.
/// </summary>
public sealed class GptTuningClassifier : ITextClassifier
{
    private readonly Device _device;
    private readonly GptTuningModel _model;
    private readonly GptTuningSequences _sequences;
    private readonly Batch _batch;

    /// <summary>A classifier; it owns the model.</summary>
    public GptTuningClassifier(Device device, GptTuningModel model, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_device, _model) = (device, model);
        _sequences = new(model.Config, tokenizer);
        _batch = GptTuningBatches.NewBatch(model.Config);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => _model.Config.Labels;

    /// <summary>Reads the best model of a run.</summary>
    /// <exception cref="DataException">A file is missing or broken.</exception>
    /// <exception cref="CheckpointException">The parameters are.</exception>
    public static GptTuningClassifier Load(Device device, RunFolder run)
    {
        var (model, tokenizer) = LoadParts(device, run);
        return new(device, model, tokenizer);
    }

    /// <inheritdoc/>
    /// <exception cref="DataException">One does not hold as many texts as the model takes.</exception>
    public IReadOnlyList<TextClass> Classify(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var outputs = Outputs([.. texts.Select(text => _model.Config.Form.Parts(text, Labels.Count))]);
        return [.. texts.Zip(outputs, _model.Config.Answers.Say)];
    }

    /// <summary>Gives the memory of the model back.</summary>
    public void Dispose() => _model.Dispose();

    /// <summary>Reads the model and the tokenizer of a run.</summary>
    internal static (GptTuningModel Model, ITokenizer Tokenizer) LoadParts(Device device, RunFolder run)
    {
        var config = GptTuningConfig.Load(run.Config);
        var tokenizer = Tokenizers.Load(run.Path);
        var known = config.Gpt.VocabSize - GptTuningConfig.SpecialTokens;
        return tokenizer.Count <= known
            ? (run.Fill(new GptTuningModel(device, config)), tokenizer)
            : throw new DataException(run.Config, $"the model knows {known} tokens, but the tokenizer has {tokenizer.Count}");
    }

    /// <summary>What the model makes of examples: logits of the labels or choices, or a number in standard deviations.</summary>
    /// <param name="examples">The texts of each.</param>
    internal IReadOnlyList<float[]> Outputs(IReadOnlyList<IReadOnlyList<string>> examples)
    {
        if (examples.Count == 0)
            return [];
        int[][] sequences = [.. examples.SelectMany(_sequences.Of)];
        GptTuningBatches.Write(sequences, _batch, sequences.Max(sequence => sequence.Length));
        using var graph = _device.BeginGraph(isTraining: false);
        var outputs = _model.Forward(graph, _batch, foretells: false).Outputs;
        return [.. outputs.ToArray().Chunk(outputs.Shape.Columns)];
    }
}
