using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains a tagger on tagged sentences.</summary>
public sealed class TaggerTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "tagger";

    private readonly TaggedCorpus _corpus;
    private readonly TaggerFeatures _features;
    private readonly TaggerBatches _batches;
    private readonly Tagger _tagger;

    /// <summary>Makes a model for sentences.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="corpus">The sentences.</param>
    /// <param name="config">The form of the model; its tags and the sizes of its vocabularies are taken from the sentences.</param>
    /// <param name="run">What is done to words.</param>
    /// <param name="batch">B, sentences of a step.</param>
    /// <param name="seed">Of the first values, the order and the words that are replaced.</param>
    /// <exception cref="DataException">There are no spans to learn, or those to measure on have other types.</exception>
    public TaggerTask(Device device, TaggedCorpus corpus, TaggerConfig config, TaggerRun run, int batch, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(run);
        _corpus = corpus;
        _features = TaggerFeatures.Of(corpus.Train, run.MinCount);
        config = config with
        {
            VocabSize = _features.Words.Count,
            CharacterVocabSize = _features.Characters.Count,
            ShapeVocabSize = _features.Shapes.Count,
            Tags = corpus.KnownTags(run),
        };
        Device = device;
        Model = new(device, config, seed);
        EncodedSentence[] sentences =
            [.. corpus.Train.Select(sentence => EncodedSentence.Of(_features, config, sentence.Tokens, sentence.Tags))];
        _batches = new(config, sentences, batch, run.WordDropout, seed);
        _tagger = new(device, Model, _features);
    }

    /// <summary>The model.</summary>
    public TaggerModel Model { get; }

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches => _batches;

    /// <inheritdoc/>
    public string Items => "tokens";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch) => Model.Loss(graph, Model.Emissions(graph, batch), batch);

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => TaggerEvaluator.Evaluate(_tagger, _corpus.Validation, cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step) => TaggerSamples.Of(step, _tagger, _corpus.Validation);

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures()
    {
        var pictures = TaggerPictures.Of(_tagger, _corpus.Validation);
        return Model.Crf is { } crf ? pictures.Append(TaggerPictures.Transitions(crf, Model.Config.Tags)) : pictures;
    }

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _features.Save(folder);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _tagger.Dispose();
        Model.Dispose();
    }
}
