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
        Scores = new(_config.Labels);
    }

    /// <summary>What the last evaluation counted, where the model tells labels or choices.</summary>
    public ClassificationScores Scores { get; private set; }

    /// <summary>The numbers of the last evaluation as they are right and as they were said, where the model tells numbers.</summary>
    public IReadOnlyList<(double Right, double Said)> Numbers { get; private set; } = [];

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
        var (loss, foretelling, foretold, examples) = (0.0, 0.0, 0L, 0);
        var numbers = new List<(double Right, double Said)>();
        Scores = new(_config.Labels);
        for (var index = 0; index < _examples.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            _examples.Read(0, index, batch);
            var results = _results.Run(batch).ToArray();
            var tokens = GptTuningBatches.Foretold(batch);
            (foretelling, foretold) = (foretelling + (double)results[^1] * tokens, foretold + tokens);
            examples += batch[GptTuningBatches.Answers].Shape[0];
            loss += _config.TellsNumber ? AddNumbers(batch, results, numbers) : AddLabels(batch, results);
        }
        Numbers = numbers;
        (loss, foretelling) = (loss / examples, foretelling / foretold);
        var metrics = _config.TellsNumber ? Correlations() : Scores.ToMetrics();
        metrics["task_loss"] = loss;
        metrics["perplexity"] = Math.Exp(foretelling);
        return new(loss + _config.LanguageModelWeight * foretelling, metrics, examples, clock.Elapsed.TotalSeconds)
        {
            ByClass = _config.TellsNumber ? new Dictionary<string, double>() : Scores.ByClass(),
        };
    }

    public void Dispose() => _results.Dispose();

    private static Tensor Results(GptTuningResult result)
    {
        Tensor[] parts = [result.Outputs.Reshape([(int)result.Outputs.Shape.ElementCount]), result.LanguageModelLoss!.Reshape([1])];
        return parts.Concat(0);
    }

    // Returns the sum of the losses.
    private double AddLabels(Batch batch, float[] results)
    {
        var (loss, labels) = (0.0, _config.Labels.Count);
        foreach (var (row, expected) in batch[GptTuningBatches.Answers].Ints.ToArray().Index())
        {
            var logits = results.AsSpan(row * labels, labels);
            loss += logits.CrossEntropy(expected);
            Scores.Add(expected, logits.IndexOfMax());
        }
        return loss;
    }

    private double AddNumbers(Batch batch, float[] results, List<(double Right, double Said)> numbers)
    {
        var loss = 0.0;
        foreach (var (row, right) in batch[GptTuningBatches.Answers].Floats.ToArray().Index())
        {
            loss += Math.Pow(results[row] - (double)right, 2);
            numbers.Add((_config.Mean + _config.Deviation * right, _config.Mean + _config.Deviation * results[row]));
        }
        return loss;
    }

    private Dictionary<string, double> Correlations()
    {
        double[] right = [.. Numbers.Select(number => number.Right)];
        double[] said = [.. Numbers.Select(number => number.Said)];
        return new() { ["pearson"] = Pearson.Correlation(right, said), ["spearman"] = Spearman.Correlation(right, said) };
    }
}
