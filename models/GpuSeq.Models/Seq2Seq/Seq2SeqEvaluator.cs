using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures how well an encoder and decoder foretells translations, and how good its own are.</summary>
internal sealed class Seq2SeqEvaluator : IDisposable
{
    private const int Batch = 64; // pairs side by side
    private const int Beam = 5; // where a model is measured by itself

    private readonly Seq2SeqTranslator _translator;
    private readonly TranslationBatches _batches;
    private readonly IReadOnlyList<SentencePair> _translated;
    private readonly int _beam;
    private readonly RecordedStep _loss;
    private readonly int _count;

    /// <param name="device">Where it computes.</param>
    /// <param name="translator">The model.</param>
    /// <param name="pairs">What the loss is measured on.</param>
    /// <param name="translations">How many of them are translated.</param>
    /// <param name="beam">The width of the search.</param>
    public Seq2SeqEvaluator(Device device, Seq2SeqTranslator translator, IReadOnlyList<SentencePair> pairs, int translations, int beam)
    {
        (_translator, _beam, _count) = (translator, beam, pairs.Count);
        _batches = new([.. pairs.Select(pair => SentenceVocabulary.Encode(pair, translator.Source, translator.Target))], Batch, seed: 0);
        translations = Math.Min(translations, pairs.Count);
        _translated = [.. Enumerable.Range(0, translations).Select(i => pairs[(int)((long)i * pairs.Count / translations)])]; // from all parts
        _loss = new(device, (graph, batch) => translator.Model.Loss(graph, batch), isTraining: false);
    }

    /// <summary>Measures the model of a run on pairs of sentences.</summary>
    /// <exception cref="DataException">They cannot be read.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        using var translator = Seq2SeqTranslator.Load(device, run);
        var pairs = ParallelText.ReadHeld(data, translator.Model.Config.Reverse);
        using var evaluator = new Seq2SeqEvaluator(device, translator, pairs, pairs.Count, Beam);
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var batch = _batches.NewBatch();
        var (sum, words) = (0.0, 0);
        for (var index = 0; index < _batches.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = _batches.Read(0, index, batch);
            sum += read * (double)_loss.Run(batch).Item();
            words += read;
        }
        var found = _translator.Search([.. _translated.Select(pair => _translator.Source.EncodeSource(pair.Source))], _beam, cancellation);
        string[] texts = [.. found.Select(translation => _translator.Text(translation.Words))];
        string[] references = [.. _translated.Select(pair => pair.Target)];
        var loss = sum / words;
        var metrics = new Dictionary<string, double>
        {
            ["perplexity"] = Math.Exp(loss),
            ["bleu"] = Bleu.Of(texts, references).Score,
            ["exact_match"] = texts.Zip(references).Count(pair => pair.First == pair.Second) / (double)texts.Length,
        };
        return new(loss, metrics, _count, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => _loss.Dispose();
}
