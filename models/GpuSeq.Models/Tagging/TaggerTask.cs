using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains a tagger on tagged sentences.</summary>
public sealed class TaggerTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "tagger";

    private const int MostSamples = 8;

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
            Tags = TaggedCorpus.TagsOf(corpus.Train),
        };
        if (config.Tags.Count == 1)
            throw new DataException(run.Data ?? "the data", "no span is marked in it: every tag is O");
        TaggedCorpus.CheckTags(corpus.Validation, config.Tags, run.Validation ?? run.Data ?? "the data");
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
    public IEnumerable<Sample> Samples(int step)
    {
        var chosen = _corpus.Validation.Where(sentence => TagSpan.Of(sentence.Tags).Count > 0).Take(MostSamples).ToArray();
        var said = _tagger.Tag([.. chosen.Select(sentence => sentence.Tokens)]);
        return chosen.Zip(said).Select(pair => new Sample(
            step, string.Join(' ', pair.First.Tokens), Marked(pair.First.Tokens, pair.Second), Marked(pair.First.Tokens, pair.First.Tags)));
    }

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures()
    {
        var said = _tagger.Tag([.. _corpus.Validation.Select(sentence => sentence.Tokens)]);
        return TaggerPictures.Of(Model, TaggerEvaluator.Scores(_corpus.Validation, said), _corpus.Validation, said);
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

    // The sentence with its spans in brackets, each with its type behind it.
    private static string Marked(IReadOnlyList<string> tokens, IReadOnlyList<string> tags)
    {
        var words = tokens.ToArray();
        foreach (var span in TagSpan.Of(tags))
        {
            words[span.Begin] = $"[{words[span.Begin]}";
            words[span.End - 1] += $"]{span.Type}";
        }
        return string.Join(' ', words);
    }
}
