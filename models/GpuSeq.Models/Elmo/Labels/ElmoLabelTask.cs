using GpuSeq.Engine;
using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>
/// Trains a model that labels words or sentences by the layers of a language model. The layers of all sentences are computed
/// once and kept in memory.
/// </summary>
public sealed class ElmoLabelTask : ITrainingTask, IDisposable
{
    /// <summary>The name of the recipe that labels words.</summary>
    public const string TaggerName = "elmo-tagger";

    /// <summary>The name of the recipe that labels sentences.</summary>
    public const string ClassifierName = "elmo-classifier";

    /// <summary>The folder of a run that holds the language model.</summary>
    public const string ElmoFolder = "elmo";

    private const int MostSamples = 5;

    private readonly string _elmo;
    private readonly ElmoLabelModel _model;
    private readonly ElmoLabelBatches _train;
    private readonly ElmoLabelBatches _held;
    private readonly ElmoLabelEvaluator _validation;

    /// <summary>Makes a model for sentences.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="elmo">The folder of the language model.</param>
    /// <param name="corpus">The sentences.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <param name="config">The form of the model; labels and sizes of features are taken from the data and the language model.</param>
    /// <param name="batch">Sentences of a step.</param>
    /// <param name="seed">Of the first values and the order.</param>
    /// <exception cref="DataException">The language model cannot be read, or the sentences do not fit.</exception>
    public ElmoLabelTask(
        Device device, string elmo, LabelledCorpus corpus, string source, ElmoLabelConfig config, int batch, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(config);
        _elmo = elmo;
        using var features = ElmoFeatures.Load(device, elmo);
        config = config with
        {
            Labels = [.. corpus.Train.SelectMany(sentence => sentence.Labels).Distinct().Order(StringComparer.Ordinal)],
            FeatureLayers = features.Layers,
            FeatureWidth = features.Width,
        };
        if (config.Labels.Count < 2)
            throw new DataException(source, $"there is nothing to tell apart: the only label is '{config.Labels[0]}'");
        Device = device;
        _train = Read(corpus.Train);
        _held = Read(corpus.Validation);
        _model = new(device, config, seed);
        _validation = new(device, _model, _held);

        ElmoLabelBatches Read(IReadOnlyList<LabelledWords> part) =>
            new(config, part, features.Of([.. part.Select(sentence => sentence.Words)]), batch, seed, source);
    }

    /// <summary>The model.</summary>
    public ElmoLabelModel Model => _model;

    /// <inheritdoc/>
    public string Recipe => _model.Config.Unit == LabelUnit.Word ? TaggerName : ClassifierName;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => _model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches => _train;

    /// <inheritdoc/>
    public string Items => "words";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return _model.Forward(graph, batch).CrossEntropy(graph.Input(batch[2]), new() { IgnoredIndex = ElmoLabelBatches.Ignored });
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step) =>
        from labelled in _validation.Logits()
        where labelled.Sentence < MostSamples
        let sentence = _held.Sentences[labelled.Sentence]
        select new Sample(
            step, string.Join(' ', sentence.Words), Show(sentence.Words, _validation.Names(labelled.Logits)), Show(sentence.Words, sentence.Labels));

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures()
    {
        if (_model.Shares is { Count: > 0 } shares)
        {
            string[] layers = [.. shares.Index().Select(share => share.Index == 0 ? "words" : $"LSTM {share.Index}")];
            yield return new("mix", new Plot(
                "What the mix takes of each layer", new("layer") { Categories = layers }, new("share") { Includes = [0] },
                [new Bars([.. shares])]));
        }
        var scores = new LabelScores(_model.Config);
        foreach (var (sentence, logits) in _validation.Logits())
            scores.Add(_held.Sentences[sentence].Labels, _validation.Names(logits));
        yield return _model.Config.Unit == LabelUnit.Word
            ? new("spans", TaggerPictures.Scores(scores.Spans))
            : ConfusionPicture.Of(scores.Classes);
    }

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        _model.Config.Save(Path.Combine(folder, "config.json"));
        var (from, to) = (new RunFolder(_elmo), new RunFolder(Path.Combine(folder, ElmoFolder)));
        if (Path.GetFullPath(from.Path) == Path.GetFullPath(to.Path))
            return; // a run that is resumed reads its own
        to.Create();
        foreach (var name in new[] { "config.json", "model.safetensors", ElmoTask.VocabularyFile })
            File.Copy(from.File(name), to.File(name), overwrite: true);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validation.Dispose();
        _model.Dispose();
    }

    private static string Show(IReadOnlyList<string> words, IReadOnlyList<string> labels) => labels.Count < words.Count
        ? labels[0]
        : string.Join(' ', words.Zip(labels, (word, label) => label == TagSpan.Outside ? word : $"{word}/{label}"));
}
