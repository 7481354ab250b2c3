using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures word vectors: by how well they foretell the contexts of a text, or against word lists.</summary>
internal sealed class Word2VecEvaluator : IDisposable
{
    private const int Batch = 1024;
    private const int MostBatches = 100;
    private const ulong Seed = 1; // the contexts and the noise of a text are always the same

    private readonly ContextBatches _contexts;
    private readonly RecordedStep _loss;

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="paragraphs">The text.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <param name="frequencies">Of the text that is learned from; null for those of this text.</param>
    public Word2VecEvaluator(
        Device device, Word2VecModel model, IReadOnlyList<int[]> paragraphs, string source, WordFrequencies? frequencies = null)
    {
        frequencies ??= WordFrequencies.Of(paragraphs, model.Config.VocabSize);
        _contexts = new(model.Config, paragraphs, frequencies, Batch, Seed, source);
        _loss = new(device, model.Loss, isTraining: false);
    }

    /// <summary>Measures the vectors of a run on a text, or on word lists.</summary>
    /// <exception cref="DataException">The data cannot be read, or holds nothing that the model knows.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var config = Word2VecConfig.Load(run.Config);
        var vocabulary = Vocabulary.Load(run.File(Word2VecTask.VocabularyFile));
        using var model = run.Fill(new Word2VecModel(device, config));
        if (WordLists.Find(data) is { } lists)
            return lists.Measure(device, WordVectorTable.Of(vocabulary, model.Input.ToArray(), run.Model));
        using var evaluator = new Word2VecEvaluator(device, model, Corpus.Read(data, config.Text).Known(vocabulary), data);
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var batch = _contexts.NewBatch();
        var (sum, count) = (0.0, Math.Min(_contexts.BatchesPerEpoch, MostBatches));
        for (var index = 0; index < count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            _contexts.Read(0, index, batch);
            sum += _loss.Run(batch).Item();
        }
        return new(sum / count, new Dictionary<string, double>(), count * _contexts.Size, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => _loss.Dispose();
}
