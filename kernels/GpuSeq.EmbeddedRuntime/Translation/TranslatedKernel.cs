using System.Reflection;
using GpuSeq.EmbeddedRuntime.IL;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>A kernel as C.</summary>
/// <remarks>
/// The function takes, in this order: for an implicitly grouped kernel, one int for each dimension of its index, the extent that
/// it is launched over; then the leaves of every parameter, as <see cref="ArgumentLeaf"/> finds them: a scalar as itself, a view
/// in OpenCL as the memory object, a long that says where it begins in bytes and a long that is its length in elements, in CUDA
/// as its address and its length; then, where <see cref="UsesDynamicShared"/>, an int with the bytes of dynamic shared memory and,
/// in OpenCL, that memory. An implicitly grouped kernel is launched over one dimension, with at least as many lanes as its extent
/// has items; the rest return at once.
/// </remarks>
/// <param name="Method">The kernel.</param>
/// <param name="IsExplicit">Whether it is explicitly grouped.</param>
/// <param name="EntryPoint">The name of the function.</param>
/// <param name="Source">The whole program.</param>
/// <param name="UsesDynamicShared">Whether it asks for dynamic shared memory.</param>
public sealed record TranslatedKernel(MethodInfo Method, bool IsExplicit, string EntryPoint, string Source, bool UsesDynamicShared);

/// <summary>A kernel cannot be translated.</summary>
/// <param name="kernel">The kernel.</param>
/// <param name="method">Where: the kernel, or a method that it calls.</param>
/// <param name="offset">Where in the method, in bytes from the beginning of its instructions; -1 for its signature.</param>
/// <param name="reason">What cannot be translated.</param>
public sealed class TranslationException(MethodInfo kernel, MethodBase method, int offset, string reason)
    : Exception($"Kernel {KernelApi.Name(kernel)} cannot be translated: {reason}, in {KernelApi.Name(method)}{(offset < 0 ? "" : $" at IL_{offset:x4}")}.")
{
    /// <summary>The kernel.</summary>
    public MethodInfo Kernel { get; } = kernel;

    /// <summary>Where: the kernel, or a method that it calls.</summary>
    public MethodBase Method { get; } = method;

    /// <summary>Where in the method, in bytes from the beginning of its instructions; -1 for its signature.</summary>
    public int Offset { get; } = offset;

    /// <summary>What cannot be translated.</summary>
    public string Reason { get; } = reason;
}
