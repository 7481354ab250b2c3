using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Fine-tunes a model of BERT's family to tag words, such as those of names.</summary>
public sealed class BertTagTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "bert-tag";

    private readonly TaggedCorpus _corpus;
    private readonly BertOrigin _origin;
    private readonly BertTuningRun _run;
    private readonly BertBatches _batches;
    private readonly BertTagger _tagger;

    /// <summary>Makes a model for sentences.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="origin">What it begins with.</param>
    /// <param name="corpus">The sentences.</param>
    /// <param name="run">How layers learn, and how long sequences are.</param>
    /// <param name="options">How it is trained.</param>
    /// <exception cref="DataException">There are no spans to learn, or those to measure on have other types.</exception>
    public BertTagTask(Device device, BertOrigin origin, TaggedCorpus corpus, BertTuningRun run, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        (Device, _origin, _corpus, _run) = (device, origin, corpus, run);
        var tags = corpus.KnownTags(run);
        Model = origin.Begin<TokenHead>(device, config => run.Dropping(config with { Labels = tags }), options.Seed);
        LayerRates.Freeze(Model.Parameters, Model.Config, run.FrozenLayers);
        _tagger = new(device, Model, origin.Encoder, run.LengthFor(Model.Config));
        var numbers = tags.Index().ToDictionary(tag => tag.Item, tag => tag.Index);
        (EncodedText Text, int[] Labels)[] windows =
        [
            .. corpus.Train.SelectMany(sentence => _tagger.Encode(sentence.Tokens)
                .Select(window => (window.Text, window.LabelsOf([.. sentence.Tags.Select(tag => numbers[tag])])))),
        ];
        _batches = new(
            [.. windows.Select(window => new[] { window.Text })], Model.Config.PaddingToken, options.Batch, options.Seed,
            new TokenTargets([.. windows.Select(window => window.Labels)]));
    }

    /// <summary>The model.</summary>
    public BertModel<TokenHead> Model { get; }

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IReadOnlyList<ParameterGroup> ParameterGroups => LayerRates.Groups(Model.Config, _run.LayerDecay);

    /// <inheritdoc/>
    public IBatchSource Batches => _batches;

    /// <inheritdoc/>
    public string Items => "tokens";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Model.Head.Logits(Model.Forward(graph, BertBatch.Input(graph, batch))).CrossEntropy(graph.Input(batch[BertBatch.Targets]));
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => TaggerEvaluator.Evaluate(_tagger, _corpus.Validation, cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step) => TaggerSamples.Of(step, _tagger, _corpus.Validation);

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures() => TaggerPictures.Of(_tagger, _corpus.Validation);

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _origin.Encoder.Save(folder);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _tagger.Dispose();
        Model.Dispose();
    }
}
