using System.Reflection;

namespace GpuSeq.EmbeddedRuntime.IL;

/// <summary>What a kernel must not contain, because ILGPU cannot compile it for every accelerator.</summary>
public enum KernelRule
{
    /// <summary>A kernel is a static method.</summary>
    NotStatic,

    /// <summary>A kernel's index has 32 bits.</summary>
    LongIndex,

    /// <summary>Objects, boxing and casts of references.</summary>
    ReferenceType,

    /// <summary>Throwing and catching.</summary>
    Exception,

    /// <summary>Calls whose target is known only when they are made.</summary>
    VirtualCall,

    /// <summary>
    /// Structures whose fields do not lie in their order: with an explicit or automatic layout. The compiler makes such
    /// structures for local functions that use variables of the method around them.
    /// </summary>
    Layout,

    /// <summary>
    /// Types of kernel parameters that launchers cannot see: they are public, or internal in an assembly that lets the
    /// assembly ILGPURuntime see its internals.
    /// </summary>
    HiddenType,

    /// <summary><c>stackalloc</c>.</summary>
    StackAllocation,

    /// <summary>Spans, other types that live on the stack only, and inline arrays.</summary>
    Span,

    /// <summary>Methods of <see cref="System.Runtime.CompilerServices.Unsafe"/>.</summary>
    Unsafe,

    /// <summary>Lambdas, delegates and function pointers.</summary>
    Delegate,

    /// <summary><see cref="System.Half"/>.</summary>
    Half,

    /// <summary>Static fields that hold an array.</summary>
    StaticArray,

    /// <summary>Static fields that can change.</summary>
    MutableStatic,

    /// <summary>Fused multiply-add of <see cref="MathF"/> or <see cref="Math"/>; device compilers contract a * b + c.</summary>
    FusedMultiplyAdd,

    /// <summary>Shared memory, barriers, shuffles and group indices without groups.</summary>
    GroupInImplicitKernel,

    /// <summary>A method marked as intrinsic implementation, in a kernel that is not for CPUs only.</summary>
    Intrinsic,

    /// <summary>A method marked as intrinsic implementation that is not public and static.</summary>
    HiddenIntrinsic,

    /// <summary>Methods that call themselves, directly or through others.</summary>
    Recursion,

    /// <summary>Strings.</summary>
    String,

    /// <summary>More than 48 KB of shared memory with sizes in the kernel.</summary>
    SharedMemorySize,

    /// <summary>Arrays and shared memory whose size is not a constant.</summary>
    DynamicSize,

    /// <summary>Members of the runtime that are for programs, not for kernels.</summary>
    HostApi,

    /// <summary>Methods of .NET's libraries that accelerators do not have, and methods without instructions.</summary>
    LibraryCall,

    /// <summary>Instructions that are not known.</summary>
    Instruction,
}

/// <summary>A place where a kernel breaks a rule.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Method">The method that breaks the rule: the kernel, or one that it calls.</param>
/// <param name="Offset">Where, in bytes from the beginning of the method's instructions; -1 for its signature.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Detail">What is there.</param>
public sealed record KernelViolation(MethodInfo Kernel, MethodBase Method, int Offset, KernelRule Rule, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{KernelApi.Name(Kernel)} breaks {Rule}: {Detail}, in {KernelApi.Name(Method)}{(Offset < 0 ? "" : $" at IL_{Offset:x4}")}";
}

/// <summary>A kernel that a program loads.</summary>
/// <param name="Method">The kernel.</param>
/// <param name="IsExplicit">Whether it is explicitly grouped; implicitly grouped kernels take an index first.</param>
/// <param name="LoadedBy">The method that loads it.</param>
public sealed record LoadedKernel(MethodInfo Method, bool IsExplicit, MethodBase LoadedBy)
{
    /// <inheritdoc/>
    public override string ToString() => $"{KernelApi.Name(Method)}{TypeArguments(Method.GetGenericArguments())}";

    private static string TypeArguments(Type[] types) => types.Length == 0
        ? ""
        : $"<{string.Join(", ", types.Select(type => type.Name.Split('`')[0] + TypeArguments(type.GetGenericArguments())))}>";
}
