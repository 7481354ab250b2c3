using System.Diagnostics;
using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>Measures ELECTRA on held-back documents, with the same masks and draws each time.</summary>
internal sealed class ElectraEvaluator : IDisposable
{
    private readonly ElectraModel _model;
    private readonly float _weight;
    private readonly PretrainingBatches _batches;
    private readonly RandomStream _draws = new(seed: 1);
    private readonly RecordedStep _results;

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="corpus">The documents.</param>
    /// <param name="run">What examples are, and lambda.</param>
    /// <exception cref="DataException">There are too few documents.</exception>
    public ElectraEvaluator(Device device, ElectraModel model, PretrainingCorpus corpus, PretrainingRun run)
    {
        (_model, _weight) = (model, run.ReplacementWeight);
        _batches = PretrainingBatches.ToMeasure(model.Config, corpus, run);
        _results = new(device, Results, _draws, isTraining: false);
    }

    /// <summary>Measures the models of a folder on all documents of a file or folder.</summary>
    /// <exception cref="DataException">A text cannot be read, or there are too few.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        using var model = ElectraModel.Load(device, run);
        var corpus = PretrainingCorpus.ToMeasure(data, TextEncoder.Load(run.Path));
        using var evaluator = new ElectraEvaluator(device, model, corpus, PretrainingRun.OfFolder(run, model.Config));
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the models as they are now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var batch = _batches.NewBatch();
        var (masked, replaced) = (new MaskedScores(), new ReplacedScores());
        var examples = 0;
        _draws.Resume(0);
        for (var index = 0; index < _batches.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            _batches.Read(0, index, batch);
            var results = _results.Run(batch).ToArray().AsSpan();
            masked.Add(batch, ref results);
            replaced.Add(batch, results);
            examples += batch[PretrainingBatches.Lengths].Ints.Length;
        }
        var metrics = new OrderedDictionary<string, double>(replaced.ToMetrics().Concat(masked.ToMetrics()));
        return new(masked.Loss + _weight * replaced.Loss, metrics, examples, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => _results.Dispose();

    private Tensor Results(Graph graph, Batch batch)
    {
        var result = _model.Forward(graph, batch);
        var losses = result.Logits.BinaryCrossEntropy(result.Replaced, LossReduction.None);
        var parts = new[] { losses, result.Logits, result.Replaced }.Select(part => part.Reshape([(int)part.Shape.ElementCount]));
        return new[] { MaskedScores.Results(graph, batch, result.Masked) }.Concat(parts).ToArray().Concat(0);
    }

    // Of the tokens that were replaced and those that were not.
    private sealed class ReplacedScores
    {
        private double _sum;
        private int _count;
        private int _right;
        private int _replaced;
        private int _found;

        public double Loss => _sum / _count;

        public void Add(Batch batch, ReadOnlySpan<float> results)
        {
            var (rows, width) = (batch[PretrainingBatches.Ids].Shape[0], batch[PretrainingBatches.Ids].Shape[1]);
            for (var row = 0; row < rows; row++)
            {
                for (var i = row * width; i < row * width + batch[PretrainingBatches.Lengths].Ints[row]; i++)
                    Add(results[i], results[rows * width + i] > 0, results[2 * rows * width + i] > 0);
            }
        }

        public OrderedDictionary<string, double> ToMetrics() => new()
        {
            ["rtd_accuracy"] = (double)_right / _count,
            ["rtd_recall"] = _replaced == 0 ? 0 : (double)_found / _replaced,
            ["rtd_loss"] = Loss,
            ["replaced_share"] = (double)_replaced / _count,
        };

        private void Add(float loss, bool isSaid, bool isReplaced)
        {
            _sum += loss;
            _count++;
            _right += isSaid == isReplaced ? 1 : 0;
            _replaced += isReplaced ? 1 : 0;
            _found += isSaid && isReplaced ? 1 : 0;
        }
    }
}
