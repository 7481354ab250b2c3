using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>What a classifier says of a text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The most likely label.</param>
/// <param name="Probabilities">Of each label.</param>
public sealed record TextClass(string Text, string Label, IReadOnlyDictionary<string, double> Probabilities)
{
    /// <summary>What it says beside what is right, for people to read.</summary>
    /// <param name="step">Steps that were made.</param>
    /// <param name="example">The example.</param>
    internal Sample ToSample(int step, TextExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        var isSure = Probabilities.TryGetValue(Label, out var probability);
        var said = isSure ? FormattableString.Invariant($"{Label} ({probability:0.00})") : Label;
        return new(step, string.Join(" | ", example.Texts), said, example.Answer);
    }
}

/// <summary>Tells of texts what they are.</summary>
public interface ITextClassifier : IDisposable
{
    /// <summary>What texts may be.</summary>
    IReadOnlyList<string> Labels { get; }

    /// <summary>Classifies texts.</summary>
    IReadOnlyList<TextClass> Classify(IReadOnlyList<string> texts);
}

/// <summary>A recurrent classifier at work.</summary>
public sealed class TextClassifier : ITextClassifier
{
    /// <summary>The file of a model folder that holds the words.</summary>
    public const string VocabularyFile = "vocab.json";

    private readonly Device _device;
    private readonly TextClassifierModel _model;
    private readonly Vocabulary _vocabulary;
    private readonly Batch _batch = TextBatches.NewTextBatch();

    /// <summary>A classifier; it owns the model.</summary>
    public TextClassifier(Device device, TextClassifierModel model, Vocabulary vocabulary) =>
        (_device, _model, _vocabulary) = (device, model, vocabulary);

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => _model.Config.Labels;

    /// <summary>Reads the best model of a run.</summary>
    /// <exception cref="DataException">A file is missing or broken.</exception>
    /// <exception cref="CheckpointException">The parameters are.</exception>
    public static TextClassifier Load(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var config = TextClassifierConfig.Load(run.Config);
        var vocabulary = Vocabulary.Load(run.File(VocabularyFile));
        if (vocabulary.Count != config.VocabSize)
            throw new DataException(run.File(VocabularyFile), $"it holds {vocabulary.Count} words, the model knows {config.VocabSize}");
        return new(device, run.Fill(new TextClassifierModel(device, config)), vocabulary);
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextClass> Classify(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0)
            return [];
        using var graph = _device.BeginGraph(isTraining: false);
        var shares = Forward(graph, texts).Logits.Softmax().ToArray();
        return [.. texts.Select((text, row) => Class(text, shares.AsSpan(row * Labels.Count, Labels.Count)))];
    }

    /// <summary>The words of a text that are read and what attention pooling makes of each; null for other kinds of pooling.</summary>
    public IReadOnlyList<(string Word, double Weight)>? Weights(string text)
    {
        using var graph = _device.BeginGraph(isTraining: false);
        return Forward(graph, [text]).Weights is { } weights
            ? [.. TextWords.Of(text, _model.Config.MaxLength).Zip(weights.ToArray(), (word, weight) => (word, (double)weight))]
            : null;
    }

    /// <summary>Gives the memory of the model back.</summary>
    public void Dispose() => _model.Dispose();

    private TextClassifierOutput Forward(Graph graph, IReadOnlyList<string> texts)
    {
        TextBatches.Write([.. texts.Select(text => TextWords.Encode(text, _vocabulary, _model.Config.MaxLength))], _batch);
        return _model.Forward(graph, _batch);
    }

    private TextClass Class(string text, Span<float> shares)
    {
        var probabilities = new Dictionary<string, double>();
        foreach (var (index, label) in Labels.Index())
            probabilities[label] = shares[index];
        return new(text, Labels[shares.IndexOfMax()], probabilities);
    }
}
