namespace GpuSeq.Engine;

/// <summary>Operands whose shapes do not fit an operation.</summary>
/// <param name="operation">The operation.</param>
/// <param name="operands">The operands with their shapes.</param>
public sealed class ShapeException(string operation, string operands)
    : ArgumentException($"{operation}: shapes do not fit: {operands}.")
{
    /// <summary>The operation.</summary>
    public string Operation { get; } = operation;
}
