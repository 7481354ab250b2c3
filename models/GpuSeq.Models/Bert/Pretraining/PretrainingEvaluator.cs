using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures BERT, RoBERTa and ALBERT on held-back documents, with the same masks each time.</summary>
internal sealed class PretrainingEvaluator : IDisposable
{
    private readonly PretrainingModel _model;
    private readonly PretrainingBatches _batches;
    private readonly RecordedStep _results;

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="corpus">The documents.</param>
    /// <param name="run">What examples are.</param>
    /// <exception cref="DataException">There are too few documents.</exception>
    public PretrainingEvaluator(Device device, PretrainingModel model, PretrainingCorpus corpus, PretrainingRun run)
    {
        _model = model;
        _batches = PretrainingBatches.ToMeasure(model.Config, corpus, run);
        _results = new(device, Results, isTraining: false);
    }

    /// <summary>Measures the model of a folder on all documents of a file or folder.</summary>
    /// <exception cref="DataException">A text cannot be read, or there are too few.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        using var model = PretrainingModel.Load(device, run);
        var corpus = PretrainingCorpus.ToMeasure(data, TextEncoder.Load(run.Path));
        using var evaluator = new PretrainingEvaluator(device, model, corpus, PretrainingRun.OfFolder(run, model.Config));
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var batch = _batches.NewBatch();
        var masked = new MaskedScores();
        var (examples, pairLoss, pairsRight) = (0, 0.0, 0);
        for (var index = 0; index < _batches.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            _batches.Read(0, index, batch);
            var results = _results.Run(batch).ToArray().AsSpan();
            masked.Add(batch, ref results);
            foreach (var right in batch[PretrainingBatches.Pairs].Ints)
            {
                examples++;
                if (!_model.TellsPairs)
                    continue;
                pairLoss += results[..2].CrossEntropy(right);
                pairsRight += results[..2].IndexOfMax() == right ? 1 : 0;
                results = results[2..];
            }
        }
        var metrics = masked.ToMetrics();
        if (_model.TellsPairs)
        {
            var name = _model.Config.ModelType == BertConfig.Albert ? "sop" : "nsp";
            metrics.Insert(1, $"{name}_accuracy", (double)pairsRight / examples);
            metrics[$"{name}_loss"] = pairLoss / examples;
        }
        return new(masked.Loss + pairLoss / examples, metrics, examples, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => _results.Dispose();

    private Tensor Results(Graph graph, Batch batch)
    {
        var logits = _model.Forward(graph, batch);
        var masked = MaskedScores.Results(graph, batch, logits.Masked);
        return (logits.Pairs is { } pairs ? [masked, pairs.Reshape([(int)pairs.Shape.ElementCount])] : new[] { masked }).Concat(0);
    }
}
