using System.Globalization;

namespace GpuSeq.Engine;

/// <summary>An operation or its gradient gave a value that is not finite though it was given none.</summary>
/// <param name="message">The operation, the tensor, the element and its value.</param>
public sealed class NotFiniteException(string message) : Exception(message);

public sealed partial class Graph
{
    /// <summary>
    /// Whether every result and every gradient is read back and looked at, so that the first that is not finite ends the step
    /// with a <see cref="NotFiniteException"/>. It is slow: a step that went wrong is run again with it.
    /// </summary>
    public bool ChecksFinite { get; set; }

    /// <summary>Looks at what an operation made, and where that is not finite, at what it was given.</summary>
    /// <exception cref="NotFiniteException">A result is not finite.</exception>
    internal static void CheckResults(string operation, ReadOnlySpan<Tensor?> operands, ReadOnlySpan<Tensor> results)
    {
        foreach (var result in results)
        {
            if (Find(result) is not { } found)
                continue;
            foreach (var operand in operands)
            {
                if (operand is not null && Find(operand) is { } given)
                    throw new NotFiniteException($"{operation} was given {given}.");
            }
            throw new NotFiniteException($"{operation} computed {found}.");
        }
    }

    private void CheckGradientsOf(OperationRecord record)
    {
        foreach (var operand in record.Operands)
        {
            if (operand is not { RequiresGradient: true })
                continue;
            var gradient = operand is Parameter ? operand.Gradient : _gradients.GetValueOrDefault(operand);
            if (gradient is not null && Find(gradient) is { } found)
                throw new NotFiniteException($"The gradient of {record.Operation} with respect to {operand} is {found}.");
        }
    }

    // Where a tensor is not finite, for people to read; null where it is.
    private static string? Find(Tensor tensor)
    {
        if (tensor.ElementType != ElementType.Float32)
            return null;
        var values = tensor.ToArray();
        var index = Array.FindIndex(values, value => !float.IsFinite(value));
        if (index < 0)
            return null;
        var count = values.Count(value => !float.IsFinite(value));
        return string.Create(
            CultureInfo.InvariantCulture, $"{values[index]} at element {index} of {tensor} ({count} of {values.Length} are not finite)");
    }
}
