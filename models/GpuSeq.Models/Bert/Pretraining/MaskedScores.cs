using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>How well masked pieces are foretold: counts over batches.</summary>
internal sealed class MaskedScores
{
    private const float Rounding = 1e-4f; // of two ways to compute one loss

    private double _sum;
    private int _count;
    private int _right;

    /// <summary>The mean loss.</summary>
    public double Loss => _sum / _count;

    /// <summary>[2 B P], for <see cref="Add"/>: the loss of each piece, and the least that any piece would have there.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="logits">[B P, V].</param>
    public static Tensor Results(Graph graph, Batch batch, Tensor logits)
    {
        var losses = logits.CrossEntropy(
            graph.Input(batch[PretrainingBatches.Labels]), new() { Reduction = LossReduction.None });
        return new[] { losses, logits.LogSumExp() - logits.Max(-1) }.Concat(0);
    }

    /// <summary>Counts a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="results">Begins with <see cref="Results"/>; gets the rest.</param>
    public void Add(Batch batch, ref Span<float> results)
    {
        var labels = batch[PretrainingBatches.Labels].Ints;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] == PretrainingBatches.Ignored)
                continue;
            _sum += results[i];
            _count++;
            _right += results[i] <= results[labels.Length + i] + Rounding ? 1 : 0;
        }
        results = results[(2 * labels.Length)..];
    }

    /// <summary>The measures by name.</summary>
    public OrderedDictionary<string, double> ToMetrics() => new()
    {
        ["mlm_loss"] = Loss,
        ["mlm_accuracy"] = (double)_right / _count,
        ["perplexity"] = Math.Exp(Loss),
    };
}
