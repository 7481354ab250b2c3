using GpuSeq.Kernels;
using ILGPU;

namespace GpuSeq.Engine;

// What the rules of several operations share.
public static partial class Operations
{
    // Where the gradient of an operand is written; nowhere if it has none.
    private static GradientTarget Target(Graph graph, Tensor? tensor) =>
        tensor is { RequiresGradient: true } ? graph.Accumulate(tensor) : default;

    // The gradient that arrived, or zeros where none has, to be written over: one that is retained is copied.
    private static ArrayView<float> Carried(Graph graph, Tensor last)
    {
        var arrived = graph.Arrived(last);
        if (arrived.Length > 0 && !last.RetainsGradient)
            return arrived;
        var carried = graph.Scratch(last.Shape.ElementCount);
        if (arrived.Length > 0)
            graph.Kernels.Elementwise.Scale(arrived, 1f, carried, accumulate: false);
        else
            graph.Kernels.Elementwise.Fill(carried, 0f);
        return carried;
    }

    // Adds to the gradient of an operand, where it has one.
    private static void AddGradient(Graph graph, Tensor? tensor, ArrayView<float> gradient)
    {
        if (tensor is not { RequiresGradient: true })
            return;
        var target = graph.Accumulate(tensor);
        graph.Kernels.Elementwise.Scale(gradient, 1f, target.Floats, target.Adds);
    }

    // Where one launch writes several gradients, and adds to all where it must add to one: the others begin at 0.
    private static GradientTarget[] TargetsTogether(Graph graph, params ReadOnlySpan<Tensor?> operands)
    {
        var targets = new GradientTarget[operands.Length];
        for (var i = 0; i < targets.Length; i++)
            targets[i] = Target(graph, operands[i]);
        if (!targets.Any(target => target.Adds))
            return targets;
        for (var i = 0; i < targets.Length; i++)
        {
            if (targets[i].Adds || !targets[i].IsWanted)
                continue;
            graph.Kernels.Elementwise.Fill(targets[i].Floats, 0f);
            targets[i] = targets[i] with { Adds = true };
        }
        return targets;
    }
}
