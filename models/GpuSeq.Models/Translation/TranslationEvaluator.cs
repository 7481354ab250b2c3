using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures how well a model foretells texts that rewrite others, such as translations, and how good its own are.</summary>
internal sealed class TranslationEvaluator : IDisposable
{
    private readonly ITranslator _translator;
    private readonly IBatchSource _batches;
    private readonly SentencePair[] _translated;
    private readonly SearchOptions _search;
    private readonly RecordedStep _loss;
    private readonly int _count;

    /// <param name="device">Where it computes.</param>
    /// <param name="translator">The model.</param>
    /// <param name="loss">The mean loss of the words of a batch's targets.</param>
    /// <param name="batches">What the loss is measured on.</param>
    /// <param name="pairs">The same as text.</param>
    /// <param name="translations">How many of them are translated, taken from all parts.</param>
    /// <param name="search">How they are.</param>
    public TranslationEvaluator(
        Device device, ITranslator translator, Func<Graph, Batch, Tensor> loss, IBatchSource batches, IReadOnlyList<SentencePair> pairs,
        int translations, SearchOptions search)
    {
        (_translator, _batches, _search, _count) = (translator, batches, search, pairs.Count);
        translations = Math.Min(translations, pairs.Count);
        _translated = [.. Enumerable.Range(0, translations).Select(i => pairs[(int)((long)i * pairs.Count / translations)])];
        _loss = new(device, loss, isTraining: false);
    }

    /// <summary>Whether texts are summaries, which are measured by the words that they share with others as well.</summary>
    public bool MeasuresRouge { get; init; }

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
        var loss = sum / words;
        var metrics = new Dictionary<string, double> { ["perplexity"] = Math.Exp(loss) };
        var texts = _translator.Translate([.. _translated.Select(pair => pair.Source)], _search, cancellation);
        Measure([.. texts.Select(text => text.Text)], [.. _translated.Select(pair => pair.Target)], metrics);
        return new(loss, metrics, _count, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => _loss.Dispose();

    private void Measure(string[] texts, string[] references, Dictionary<string, double> metrics)
    {
        metrics["bleu"] = Bleu.Of(texts, references).Score;
        metrics["exact_match"] = texts.Zip(references).Count(pair => pair.First == pair.Second) / (double)texts.Length;
        if (!MeasuresRouge)
            return;
        var rouge = Rouge.Of(texts, references);
        (metrics["rouge1"], metrics["rouge2"], metrics["rouge_l"]) = (rouge.One, rouge.Two, rouge.Longest);
    }
}
