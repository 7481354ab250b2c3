using System.Reflection;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.EmbeddedRuntime.IL;

/// <summary>Tells the members that accelerators implement themselves from code that is read.</summary>
internal static class KernelApi
{
    private static readonly Assembly Runtime = typeof(Group).Assembly;
    private static readonly Assembly Core = typeof(Math).Assembly;

    /// <summary>Whether a method is marked as an intrinsic implementation, so that its body is never read.</summary>
    public static bool IsIntrinsic(MethodBase method) => method.IsDefined(typeof(IntrinsicImplementationAttribute), inherit: false);

    /// <summary>Whether a method belongs to the runtime's own API.</summary>
    public static bool IsRuntime(MethodBase method) => method.Module.Assembly == Runtime;

    /// <summary>Whether a method belongs to .NET's libraries.</summary>
    public static bool IsFramework(MethodBase method) => method.Module.Assembly == Core
        || method.Module.Assembly.GetName().Name is { } name && (name.StartsWith("System.", StringComparison.Ordinal) || name == "System");

    /// <summary>Whether a method is read as part of the kernel that calls it.</summary>
    public static bool IsKernelCode(MethodBase method) => !IsRuntime(method) && !IsFramework(method) && !IsIntrinsic(method);

    /// <summary>Whether a call waits for other lanes.</summary>
    public static bool Waits(MethodBase method) => IsRuntime(method)
        && (method.DeclaringType == typeof(Group) && (method.Name.StartsWith("Barrier", StringComparison.Ordinal) || method.Name == "Broadcast")
            || method.DeclaringType == typeof(Warp)
            && (method.Name is "Barrier" or "Broadcast" || method.Name.StartsWith("Shuffle", StringComparison.Ordinal)));
}
