namespace ILGPU;

/// <summary>Marks a method that runs on the host, though its parameters may be those of a kernel.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Constructor)]
public sealed class NotInsideKernelAttribute : Attribute;
