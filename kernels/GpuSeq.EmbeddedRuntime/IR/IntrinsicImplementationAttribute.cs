namespace ILGPU.IR.Intrinsics;

/// <summary>
/// Marks a public static method whose body is never translated: the CPU accelerator calls it as it is,
/// with vectors and pointers, and other accelerators cannot load a kernel that refers to it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IntrinsicImplementationAttribute : Attribute;
