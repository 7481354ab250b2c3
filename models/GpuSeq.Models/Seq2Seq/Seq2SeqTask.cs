using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains an encoder and decoder on pairs of sentences.</summary>
public sealed class Seq2SeqTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "seq2seq";

    private const int Translations = 300; // of an evaluation
    private const int Shown = 4; // samples and pictures

    private readonly Seq2SeqTranslator _translator;
    private readonly TranslationEvaluator _evaluator;
    private readonly IReadOnlyList<SentencePair> _shown;

    /// <summary>Makes a model for pairs of sentences.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="corpus">What it learns from and is measured on.</param>
    /// <param name="config">The form of the model; the numbers of words are taken from the pairs.</param>
    /// <param name="minCount">Words that occur less often are not known.</param>
    /// <param name="batch">B, pairs of a step.</param>
    /// <param name="seed">Of the first values and the order.</param>
    public Seq2SeqTask(Device device, ParallelCorpus corpus, Seq2SeqConfig config, int minCount, int batch, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var source = SentenceVocabulary.Of(corpus.Train.Select(pair => pair.Source), minCount);
        var target = SentenceVocabulary.Of(corpus.Train.Select(pair => pair.Target), minCount);
        Device = device;
        Model = new(device, config with { SourceVocabSize = source.Count, TargetVocabSize = target.Count }, seed);
        _translator = new(device, Model, source, target);
        _evaluator = Seq2SeqEvaluator.Of(device, _translator, corpus.Held, Translations, SearchOptions.Greedy);
        _shown = [.. Enumerable.Range(1, Shown).Select(i => corpus.Held[corpus.Held.Count * i / (Shown + 1)]).Distinct()];
        Batches = new TranslationBatches([.. corpus.Train.Select(pair => SentenceVocabulary.Encode(pair, source, target))], batch, seed);
    }

    /// <summary>The model.</summary>
    public Seq2SeqModel Model { get; }

    /// <summary>Translates with the model as it is.</summary>
    public ITranslator Translator => _translator;

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches { get; }

    /// <inheritdoc/>
    public string Items => "words";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch) => Model.Loss(graph, batch, Model.Config.LabelSmoothing);

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _evaluator.Evaluate(cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step) => Shows()
        .Zip(_shown, (translation, pair) => new Sample(step, translation.Source, translation.Text, pair.Target));

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures() => Shows()
        .Select(_translator.Align).OfType<Alignment>().Select((alignment, index) => alignment.ToPicture($"alignment-{index + 1}"));

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _translator.Source.Save(Path.Combine(folder, Seq2SeqTranslator.SourceFile));
        _translator.Target.Save(Path.Combine(folder, Seq2SeqTranslator.TargetFile));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _evaluator.Dispose();
        _translator.Dispose(); // and the model with it
    }

    private IReadOnlyList<Translation> Shows() => _translator.Translate([.. _shown.Select(pair => pair.Source)], SearchOptions.Greedy);
}
