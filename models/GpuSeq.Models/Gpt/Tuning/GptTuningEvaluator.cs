using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures a fine-tuned GPT on examples whose answers are known.</summary>
internal sealed class GptTuningEvaluator : IDisposable
{
    private const int Batch = 32;

    private readonly GptTuningConfig _config;
    private readonly GptTuningBatches _examples;
    private readonly RecordedStep _results; // the outputs of all examples, and behind them the loss of foretelling

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Of the texts.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="DataException">There are none, or one has an answer that the model does not know.</exception>
    public GptTuningEvaluator(
        Device device, GptTuningModel model, ITokenizer tokenizer, IReadOnlyList<TextExample> examples, string source)
    {
        _config = model.Config;
        _examples = new(model.Config, tokenizer, examples, source, Batch, seed: 0);
        _results = new(device, (graph, batch) => Results(model.Forward(graph, batch, foretells: true)), isTraining: false);
        Scores = _config.Answers.NewScores();
    }

    /// <summary>What the last evaluation counted.</summary>
    public IAnswerScores Scores { get; private set; }

    /// <summary>Measures the best model of a run on a data set: on the part that is made for it, else on everything.</summary>
    /// <exception cref="DataException">The data cannot be read, or has answers that the model does not know.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var (model, tokenizer) = GptTuningClassifier.LoadParts(device, run);
        using (model)
        {
            using var evaluator = new GptTuningEvaluator(device, model, tokenizer, model.Config.Form.Read(data).Measured, data);
            return evaluator.Evaluate(cancellation);
        }
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var batch = _examples.NewBatch();
        var (loss, foretelling, foretold) = (0.0, 0.0, 0L);
        Scores = _config.Answers.NewScores();
        for (var index = 0; index < _examples.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            _examples.Read(0, index, batch);
            var results = _results.Run(batch).ToArray();
            var tokens = GptTuningBatches.Foretold(batch);
            (foretelling, foretold) = (foretelling + (double)results[^1] * tokens, foretold + tokens);
            var chosen = _examples[0, index];
            var outputs = (results.Length - 1) / chosen.Length;
            for (var row = 0; row < chosen.Length; row++)
                loss += Scores.Add(_examples.Right[chosen[row]], results[(row * outputs)..((row + 1) * outputs)]);
        }
        (loss, foretelling) = (loss / _examples.Right.Length, foretelling / foretold);
        var metrics = Scores.ToMetrics();
        metrics["task_loss"] = loss;
        metrics["perplexity"] = Math.Exp(foretelling);
        return new(loss + _config.LanguageModelWeight * foretelling, metrics, _examples.Right.Length, clock.Elapsed.TotalSeconds)
        {
            ByClass = Scores.ByClass(),
        };
    }

    public void Dispose() => _results.Dispose();

    private static Tensor Results(GptTuningResult result)
    {
        Tensor[] parts = [result.Outputs.Reshape([(int)result.Outputs.Shape.ElementCount]), result.LanguageModelLoss!.Reshape([1])];
        return parts.Concat(0);
    }
}
