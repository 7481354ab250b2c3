namespace GpuSeq.Kernels;

/// <summary>Makes the errors of operands that do not fit each other.</summary>
internal static class SizeMismatch
{
    /// <summary>Two operands should have the same number of elements.</summary>
    public static ArgumentException Between(string operation, string name, long length, string other, long otherLength) =>
        new($"{operation}: {name} has {length} elements, but {other} has {otherLength}.");

    /// <summary>An operand has not the size that a shape asks for.</summary>
    public static ArgumentException Of(string operation, string name, long length, string shape) =>
        new($"{operation}: {name} has {length} elements, but should be {shape}.");
}
