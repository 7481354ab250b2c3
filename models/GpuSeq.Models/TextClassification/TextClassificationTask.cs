using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains a recurrent classifier on texts with labels.</summary>
public sealed class TextClassificationTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "sentiment";

    private const int MostSamples = 6;
    private const int MostAttentionPictures = 4;
    private const int LeastPicturedWords = 5;

    private readonly LabelledText[] _shown;
    private readonly LabelledText[] _pictured;
    private readonly Vocabulary _vocabulary;
    private readonly TextBatches _train;
    private readonly TextClassificationEvaluator _validation;
    private readonly TextClassifier _classifier;

    /// <summary>Makes a model for texts.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="texts">The texts; where they have no part to choose models by, a tenth is held back for that.</param>
    /// <param name="config">The form of the model; labels and the number of words are taken from the texts.</param>
    /// <param name="run">Which words are known.</param>
    /// <param name="batch">B, texts of a step.</param>
    /// <param name="seed">Of the first values, the split and the order.</param>
    /// <exception cref="DataException">There are too few texts or labels, or one that occurs only among those to choose by.</exception>
    public TextClassificationTask(
        Device device, LabelledTexts texts, TextClassifierConfig config, TextClassificationRun run, int batch, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(run);
        texts = texts.WithDev(seed);
        string[] labels = [.. texts.Train.Select(text => text.Label).Distinct().Order(StringComparer.Ordinal)];
        if (labels.Length < 2)
            throw new DataException(texts.Source, $"all texts to learn from have the label '{labels[0]}'");
        _vocabulary = Vocabulary.Of(texts.Train.SelectMany(text => TextWords.Of(text.Text, config.MaxLength)), run.MinCount);
        config = config with { VocabSize = _vocabulary.Count, Labels = labels };
        Device = device;
        _train = TextClassificationEvaluator.BatchesOf(texts.Train, texts.Source, config, _vocabulary, batch, seed, run.WordDropout);
        Model = new(device, config, seed);
        _classifier = new(device, Model, _vocabulary);
        _validation = new(device, Model, _vocabulary, texts.Dev, texts.Source);
        _shown = texts.Dev.Spread(MostSamples);
        _pictured = texts.Dev.Where(HasRoom).ToArray().Spread(MostAttentionPictures);
    }

    /// <summary>The model.</summary>
    public TextClassifierModel Model { get; }

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches => _train;

    /// <inheritdoc/>
    public string Items => "words";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Model.Forward(graph, batch).Logits.CrossEntropy(graph.Input(batch[3]));
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step)
    {
        var said = _classifier.Classify([.. _shown.Select(text => text.Text)]);
        return said.Zip(_shown, (own, text) => own.ToSample(step, new([text.Text], text.Label)));
    }

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures()
    {
        yield return ConfusionPicture.Of(_validation.Scores);
        if (Model.Config.Pooling != PoolingKind.Attention)
            yield break;
        foreach (var (index, (text, said)) in _pictured.Zip(_classifier.Classify([.. _pictured.Select(text => text.Text)])).Index())
            yield return AttentionPicture.Of(index + 1, _classifier.Weights(text.Text)!, said.Label, text.Label);
    }

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _vocabulary.Save(Path.Combine(folder, TextClassifier.VocabularyFile));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validation.Dispose();
        _classifier.Dispose(); // and the model with it
    }

    private static bool HasRoom(LabelledText text) =>
        TextWords.Of(text.Text, int.MaxValue).Count() is >= LeastPicturedWords and <= AttentionPicture.MostWords;
}
