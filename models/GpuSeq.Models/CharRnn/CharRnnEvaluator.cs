using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures how well a character model foretells a text.</summary>
internal sealed class CharRnnEvaluator : IDisposable
{
    private const int Streams = 16; // of a text that is measured by itself
    private const int Steps = 64;

    private readonly CharStreams _text;
    private readonly CharRnnState _state;
    private readonly RecordedStep _loss; // of one window

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="ids">The text.</param>
    /// <param name="batch">The most streams that are read side by side.</param>
    /// <param name="steps">Characters of a window.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <exception cref="DataException">The text is too short for a window.</exception>
    public CharRnnEvaluator(Device device, CharRnnModel model, int[] ids, int batch, int steps, string source)
    {
        // As many streams as leave each at least one window: short texts are measured too.
        var streams = Math.Clamp((ids.Length - 1) / steps, 1, batch);
        _text = new CharStreams(ids, streams, steps, source);
        _state = new CharRnnState(device, model.Config, streams);
        _loss = new(device, (graph, window) => model.Loss(graph, window, _state), isTraining: false);
    }

    /// <summary>Measures the model of a run on a text file.</summary>
    /// <exception cref="DataException">The text cannot be read, is too short, or has characters that the model does not know.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var vocabulary = CharVocabulary.Load(run.File(CharRnnTask.VocabularyFile));
        using var model = run.Fill(new CharRnnModel(device, CharRnnConfig.Load(run.Config)));
        using var evaluator = new CharRnnEvaluator(device, model, vocabulary.Encode(TextFile.Read(data), data), Streams, Steps, data);
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        _state.Clear();
        var batch = _text.NewBatch();
        var sum = 0.0;
        for (var window = 0; window < _text.Windows; window++)
        {
            cancellation.ThrowIfCancellationRequested();
            _text.Read(0, window, batch);
            sum += _loss.Run(batch).Item();
        }
        var loss = sum / _text.Windows;
        var metrics = new Dictionary<string, double> { ["bits_per_character"] = loss / Math.Log(2), ["perplexity"] = Math.Exp(loss) };
        return new(loss, metrics, _text.Windows * _text.Batch * _text.Steps, clock.Elapsed.TotalSeconds);
    }

    public void Dispose()
    {
        _loss.Dispose();
        _state.Dispose();
    }
}
