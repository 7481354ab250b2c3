using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Launches <see cref="RnnCell"/> for one step.</summary>
internal sealed class RnnStep
{
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>,
        CellStep, int> _forward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep, int> _backward;

    public RnnStep(KernelLibrary library)
    {
        var isRow = library.Shape == KernelShape.Row;
        _forward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep, int>(
            isRow ? RnnCell.ForwardRows : RnnCell.ForwardUnits);
        _backward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, CellStep, int>(
            isRow ? RnnCell.BackwardRows : RnnCell.BackwardUnits);
    }

    /// <summary>From the sums of a step, in the tape's gates, to its state.</summary>
    public void Forward(
        CellSequence cells, int order, Activation activation, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> output, ArrayView<float> hn) =>
        _forward(
            cells.Items, cells.Gates(order, tape.Gates), cells.State(order, tape.StateBefore),
            cells.NextState(order, tape.StateBefore, hn), cells.Output(order, output), lengths, cells.Step(order), (int)activation);

    /// <summary>From the gradient of a step's state to that of its sums, in place of the states.</summary>
    public void Backward(
        CellSequence cells, int order, Activation activation, ArrayView<float> gates, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient) =>
        _backward(
            cells.Items, cells.Gates(order, gates), cells.Output(order, outputGradient), stateGradient, lengths,
            cells.Step(order, outputGradient.Length > 0), (int)activation);
}
