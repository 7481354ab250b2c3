using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// What a forward pass over a sequence leaves for the backward pass, one row for each step and sequence; S is the size of
/// the state.
/// </summary>
/// <param name="Gates">
/// [rows, gates * H]. Before the forward pass the input's part of the sums, x W_ih^T + b_ih; after it the gates; after the
/// backward pass the gradients of the sums.
/// </param>
/// <param name="StateBefore">[rows, S], the state before each step.</param>
/// <param name="CellBefore">[rows, H], the LSTM's cell before each step; empty for other cells.</param>
/// <param name="Recurrent">[rows, gates * H], the GRU's sums over the state; empty for other cells.</param>
/// <param name="Unprojected">[rows, H], the LSTM's state before its projection; empty without.</param>
/// <param name="Projected">[rows, S], that state's projection; after the backward pass its gradient; empty without.</param>
public readonly record struct SequenceTape(
    ArrayView<float> Gates, ArrayView<float> StateBefore, ArrayView<float> CellBefore = default, ArrayView<float> Recurrent = default,
    ArrayView<float> Unprojected = default, ArrayView<float> Projected = default);
