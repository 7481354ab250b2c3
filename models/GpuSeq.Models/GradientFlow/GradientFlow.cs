using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// How the gradient of a loss at the end of sequences comes back through time (Bengio et al. 1994; Pascanu et al. 2013): its norm
/// with respect to the state after every time step.
/// </summary>
/// <param name="Hidden">[T], the norms for the hidden state, over sequences and units.</param>
/// <param name="Cell">[T], the norms for the cell of an LSTM; null for others.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Accuracy">The share of sequences whose first symbol was said.</param>
public sealed record GradientFlow(IReadOnlyList<double> Hidden, IReadOnlyList<double>? Cell, double Loss, double Accuracy)
{
    /// <summary>The norm after the first time step over that after the last: below 1 gradients vanish, above they explode.</summary>
    public double Ratio => Hidden[0] / Hidden[^1];

    /// <summary>The factor by which the norm changes on its way back through one time step, in the geometric mean.</summary>
    public double Factor => Math.Pow(Ratio, 1.0 / (Hidden.Count - 1));

    /// <summary>Measures a model on a batch. No gradient of a parameter stays.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="batch">Ids [B, T] and first symbols [B].</param>
    public static GradientFlow Of(Device device, GradientFlowModel model, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batch);
        using var graph = device.BeginGraph();
        var (logits, states) = model.ForwardByStep(graph.Input(batch[0]));
        var loss = logits.CrossEntropy(graph.Input(batch[1]));
        graph.Backward(loss);
        model.Parameters.ClearGradients();
        var (scores, right) = (logits.ToArray(), 0);
        for (var i = 0; i < batch[1].Ints.Length; i++)
            right += scores.AsSpan(i * model.Config.Symbols, model.Config.Symbols).IndexOfMax() == batch[1].Ints[i] ? 1 : 0;
        return new(
            [.. states.Select(state => Norm(state.Hidden))], states[0].Cell is null ? null : [.. states.Select(state => Norm(state.Cell!))],
            loss.Item(), (double)right / batch[1].Ints.Length);
    }

    // In float64: squares of vanishing gradients are too small for float32. The last cell of an LSTM counts through the last state.
    private static double Norm(Tensor state) => Math.Sqrt(state.Gradient?.ToArray().Sum(value => (double)value * value) ?? 0);
}
