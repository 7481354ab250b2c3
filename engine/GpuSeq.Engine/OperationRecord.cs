namespace GpuSeq.Engine;

/// <summary>An operation that a graph remembers.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Operands">What it read; null for what was absent.</param>
/// <param name="Results">What it made.</param>
/// <param name="Backward">Takes the gradients of the results to the operands; null where it has none.</param>
/// <param name="Definition">What it computes, in float64.</param>
internal sealed record OperationRecord(
    string Operation, Tensor?[] Operands, Tensor[] Results, Action? Backward, Definition Definition);
