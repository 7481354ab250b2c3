using System.Diagnostics;
using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Measures how well each direction of a language model foretells a text.</summary>
internal sealed class ElmoEvaluator : IDisposable
{
    private const int Streams = 16; // of a text that is measured by itself
    private const int Steps = 32;

    private readonly ElmoStreams _text;
    private readonly ElmoState _state;
    private readonly RecordedStep _losses; // of one window, [2]

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="text">The text, in as many streams as are read side by side.</param>
    public ElmoEvaluator(Device device, ElmoModel model, ElmoStreams text)
    {
        _text = text;
        _state = new(device, model.Config, text.Batch);
        _losses = new(device, (graph, window) => model.Losses(graph, window, _state).Mean(1), isTraining: false);
    }

    /// <summary>Measures the model of a run on a text.</summary>
    /// <exception cref="DataException">The text cannot be read, or is too short.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        using var model = ElmoModel.Load(device, run);
        var words = ElmoText.Words(ElmoText.Read(data), model.Config.WordForm);
        var vocabulary = Vocabulary.Load(run.File(ElmoTask.VocabularyFile));
        using var evaluator = new ElmoEvaluator(device, model, new(model.Config, vocabulary, words, Streams, Steps, data));
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        _state.Clear();
        var batch = _text.NewBatch();
        var (forward, backward) = (0.0, 0.0);
        for (var window = 0; window < _text.BatchesPerEpoch; window++)
        {
            cancellation.ThrowIfCancellationRequested();
            _text.Read(0, window, batch);
            var losses = _losses.Run(batch).ToArray();
            forward += losses[0] / (double)_text.BatchesPerEpoch;
            backward += losses[1] / (double)_text.BatchesPerEpoch;
        }
        var loss = (forward + backward) / 2;
        var metrics = new Dictionary<string, double>
        {
            ["perplexity"] = Math.Exp(loss),
            ["perplexity_forward"] = Math.Exp(forward),
            ["perplexity_backward"] = Math.Exp(backward),
        };
        return new(loss, metrics, _text.Words, clock.Elapsed.TotalSeconds);
    }

    public void Dispose()
    {
        _losses.Dispose();
        _state.Dispose();
    }
}
