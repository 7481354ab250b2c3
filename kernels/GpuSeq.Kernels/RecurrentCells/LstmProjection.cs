using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// The projection that ends a step of an LSTM, h = W_hr (o tanh c) (Sak et al. 2014), W_hr [P, H]: one matrix product, and
/// <see cref="RnnCell"/> without an activation to hand the state on, or to keep it where a sequence has ended.
/// </summary>
internal sealed class LstmProjection(KernelLibrary library)
{
    private readonly RnnStep _step = new(library);

    /// <summary>Projects the state of a step.</summary>
    /// <param name="states">The sequences of projected states.</param>
    /// <param name="order">Which step.</param>
    /// <param name="weightHr">W_hr, transposed.</param>
    /// <param name="tape">Its unprojected states are those of the step.</param>
    /// <param name="lengths">[B], or empty.</param>
    /// <param name="output">The rows of all steps.</param>
    /// <param name="hn">[B, P], the state after the last step.</param>
    public void Forward(
        CellSequence states, int order, in PackedMatrix weightHr, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> output, ArrayView<float> hn)
    {
        states.Multiply(order, tape.Unprojected, weightHr, default, tape.Projected, beta: 0f);
        _step.Forward(states, order, Activation.None, tape with { Gates = tape.Projected }, lengths, output, hn);
    }

    /// <summary>The gradients with respect to the projection, which the tape keeps, and to the state before it.</summary>
    /// <param name="states">The sequences of projected states.</param>
    /// <param name="order">Which step.</param>
    /// <param name="weightHr">W_hr.</param>
    /// <param name="tape">Its projected states become their gradients.</param>
    /// <param name="lengths">[B], or empty.</param>
    /// <param name="outputGradient">The rows of all steps, or empty.</param>
    /// <param name="stateGradient">[B, P], carried: what goes on past the step stays in it.</param>
    /// <param name="unprojectedGradient">[B, H], out.</param>
    public void Backward(
        CellSequence states, int order, in PackedMatrix weightHr, in SequenceTape tape, ArrayView<int> lengths,
        ArrayView<float> outputGradient, ArrayView<float> stateGradient, ArrayView<float> unprojectedGradient)
    {
        _step.Backward(states, order, Activation.None, tape.Projected, lengths, outputGradient, stateGradient);
        states.MultiplyGradient(order, tape.Projected, weightHr, unprojectedGradient, beta: 0f);
    }
}
