using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains a transformer on pairs of texts.</summary>
public sealed class TransformerTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe that translates.</summary>
    public const string Translate = "translate";

    /// <summary>The recipe that summarizes.</summary>
    public const string Summarize = "summarize";

    private const int Rewritten = 300; // of an evaluation
    private const int Shown = 4; // samples and pictures

    private readonly TransformerTranslator _translator;
    private readonly TranslationEvaluator _evaluator;
    private readonly IReadOnlyList<SentencePair> _shown;

    /// <summary>Makes tokens and a model for pairs of texts.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="corpus">What it learns from and is measured on.</param>
    /// <param name="config">The form of the model; the numbers of tokens are taken from the texts.</param>
    /// <param name="run">How many tokens there may be, and how many in a batch.</param>
    /// <param name="options">Of them, the most pairs of a batch and the seed.</param>
    /// <exception cref="DataException">All pairs are too long for the model.</exception>
    public TransformerTask(
        Device device, ParallelCorpus corpus, TransformerConfig config, TransformerRun run, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        var codec = TextCodec.Train(corpus.Train, run.VocabSize, config.SharedVocabulary, config.MaxPositions);
        var (learned, held) = (Encoded(corpus.Train), Encoded(corpus.Held));
        if (learned.Length == 0 || held.Length == 0)
            throw new DataException(run.Data ?? "the built-in texts", $"no pair has fewer than {config.MaxPositions} tokens on both sides");
        Device = device;
        Model = new(
            device, config with { SourceVocabSize = codec.Source.Count, TargetVocabSize = codec.Target.Count }, options.Seed);
        _translator = new(device, Model, codec);
        _evaluator = TransformerEvaluator.Of(device, _translator, corpus.Held, Rewritten, SearchOptions.Greedy);
        _shown = [.. Enumerable.Range(1, Shown).Select(i => corpus.Held[corpus.Held.Count * i / (Shown + 1)]).Distinct()];
        Batches = new TokenBatches(learned, run.BatchTokens, options.Batch, options.Seed);

        EncodedPair[] Encoded(IReadOnlyList<SentencePair> pairs) => [.. pairs.Select(codec.Encode).OfType<EncodedPair>()];
    }

    /// <summary>The model.</summary>
    public TransformerModel Model { get; }

    /// <summary>Translates or summarizes with the model as it is.</summary>
    public ITranslator Translator => _translator;

    /// <inheritdoc/>
    public string Recipe => Model.Config.Kind == RewritingKind.Translation ? Translate : Summarize;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches { get; }

    /// <inheritdoc/>
    public string Items => "tokens";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch) => Model.Loss(graph, batch, Model.Config.LabelSmoothing);

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _evaluator.Evaluate(cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step) => Shows()
        .Zip(_shown, (text, pair) => new Sample(step, text.Source, text.Text, pair.Target));

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures()
    {
        var shows = Shows();
        var layers = _translator.CrossAttention(shows[0]);
        return
        [
            .. shows.Select((text, index) => _translator.Align(text)!.ToPicture($"alignment-{index + 1}")),
            .. layers.SkipLast(1).Select((layer, index) => layer.Mean.ToPicture($"layer-{index + 1}", $"Layer {index + 1}, all heads")),
            .. layers[^1].Heads.Select((head, index) => head.ToPicture($"head-{index + 1}", $"Last layer, head {index + 1}")),
        ];
    }

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _translator.Codec.Save(folder);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _evaluator.Dispose();
        _translator.Dispose(); // and the model with it
    }

    private IReadOnlyList<Translation> Shows() => _translator.Translate([.. _shown.Select(pair => pair.Source)], SearchOptions.Greedy);
}
