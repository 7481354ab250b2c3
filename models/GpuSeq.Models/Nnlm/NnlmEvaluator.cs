using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures how well a feed-forward language model foretells a text.</summary>
internal sealed class NnlmEvaluator(Device device, NnlmModel model, int[] words, int end) : IDisposable
{
    private const int Batch = 512;

    private readonly NgramBatches _text = new(words, model.Config.ContextSize, Batch, seed: 0, end);
    private readonly RecordedStep _loss = new(device, model.Loss, isTraining: false);

    /// <summary>Measures the model of a run on a text.</summary>
    /// <exception cref="DataException">The text cannot be read.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var config = NnlmConfig.Load(run.Config);
        var vocabulary = Vocabulary.Load(run.File(NnlmTask.VocabularyFile));
        using var model = run.Fill(new NnlmModel(device, config));
        var words = NnlmTask.Encode(Corpus.Read(data, config.Text), vocabulary);
        using var evaluator = new NnlmEvaluator(device, model, words, vocabulary.IdOf(NnlmTask.End));
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var batch = _text.NewBatch();
        var sum = 0.0;
        for (var index = 0; index < _text.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = _text.Read(0, index, batch);
            sum += count * _loss.Run(batch).Item();
        }
        var loss = sum / words.Length;
        var metrics = new Dictionary<string, double>
        {
            ["perplexity"] = Math.Exp(loss),
            ["unknown_words"] = (double)words.Count(word => word == Vocabulary.UnknownId) / words.Length,
        };
        return new(loss, metrics, words.Length, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => _loss.Dispose();
}
