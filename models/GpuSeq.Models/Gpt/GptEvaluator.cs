using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Measures how well a GPT foretells a text. The windows that it reads overlap by half, and of each the second half counts (of the
/// first one all), so that what counts is foretold from at least half a context.
/// </summary>
internal sealed class GptEvaluator : IDisposable
{
    private const int MostTokens = 4096; // of a batch
    private const long MostLogits = 1 << 26;
    private const int Ignored = -100;

    private readonly int[] _ids;
    private readonly int _characters; // that the tokens after the first stand for
    private readonly int _window;
    private readonly int _stride;
    private readonly Shape _shape; // [B, T]
    private readonly RecordedStep _loss;

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Of the text.</param>
    /// <param name="ids">The text.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <exception cref="DataException">There is nothing to foretell.</exception>
    public GptEvaluator(Device device, GptModel model, ITokenizer tokenizer, int[] ids, string source)
    {
        if (ids.Length < 2)
            throw new DataException(source, $"{ids.Length} tokens leave nothing to foretell");
        _ids = ids;
        _characters = Math.Max(1, tokenizer.Decode(ids[1..]).EnumerateRunes().Count());
        _window = Math.Min(model.Config.Context, ids.Length - 1);
        _stride = Math.Max(1, _window / 2);
        var most = Math.Min(MostTokens / _window, MostLogits / ((long)_window * model.Config.VocabSize));
        _shape = [(int)Math.Clamp(most, 1, Windows), _window];
        _loss = new(device, (graph, batch) => model.Loss(graph, graph.Input(batch[0]), graph.Input(batch[1])), isTraining: false);
    }

    private int Predictions => _ids.Length - 1;

    private int Windows => 1 + (Predictions - _window + _stride - 1) / _stride;

    /// <summary>Measures the model of a folder on a text file or a folder of them.</summary>
    /// <exception cref="DataException">A text cannot be read, or has what the model does not know.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var (model, tokenizer) = GptFiles.LoadWithTokenizer(device, run);
        using (model)
        {
            using var evaluator = new GptEvaluator(
                device, model, tokenizer, GptCorpus.Encode(tokenizer, TextFolder.Read(data)), data);
            return evaluator.Evaluate(cancellation);
        }
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var batch = new Batch(ElementType.Int32, ElementType.Int32);
        var sum = 0.0;
        for (var first = 0; first < Windows; first += _shape[0])
        {
            cancellation.ThrowIfCancellationRequested();
            var counting = Read(first, batch);
            sum += counting * (double)_loss.Run(batch).Item();
        }
        var loss = sum / Predictions;
        var metrics = new Dictionary<string, double>
        {
            ["bits_per_character"] = sum / Math.Log(2) / _characters,
            ["perplexity"] = Math.Exp(loss),
        };
        return new(loss, metrics, Predictions, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => _loss.Dispose();

    // Fills a batch with windows, and returns how many tokens of it count.
    private int Read(int first, Batch batch)
    {
        batch[0].Resize(_shape);
        batch[1].Resize(_shape);
        var inputs = batch[0].Ints;
        var targets = batch[1].Ints;
        inputs.Clear();
        targets.Fill(Ignored);
        var counting = 0;
        for (var row = 0; row < _shape[0] && first + row < Windows; row++)
        {
            var begin = (first + row) * _stride;
            var length = Math.Min(_window, Predictions - begin);
            var known = first + row == 0 ? 0 : _window - _stride; // counted in the window before
            _ids.AsSpan(begin, length).CopyTo(inputs[(row * _window)..]);
            _ids.AsSpan(begin + 1 + known, length - known).CopyTo(targets[(row * _window + known)..]);
            counting += length - known;
        }
        return counting;
    }
}
