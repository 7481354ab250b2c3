using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.IL;

/// <summary>Tells the members that accelerators implement themselves from code that is read.</summary>
internal static class KernelApi
{
    private static readonly Assembly Runtime = typeof(Group).Assembly;
    private static readonly Assembly Core = typeof(Math).Assembly;

    // Types of the runtime that are for kernels; the others are for the programs that launch them.
    private static readonly HashSet<Type> KernelTypes =
    [
        typeof(ArrayView<>), typeof(ArrayView1D<,>), typeof(Index1D), typeof(Index2D), typeof(Index3D), typeof(LongIndex1D),
        typeof(Group), typeof(Grid), typeof(Warp), typeof(SharedMemory), typeof(LocalMemory), typeof(MemoryFence), typeof(Atomic),
        typeof(XMath), typeof(IntrinsicMath), typeof(Interop), typeof(SpecializedValue<>), typeof(SpecializedValue),
    ];

    // What ILGPU replaces by instructions of its own, whatever the method's body is.
    private static readonly HashSet<string> Mathematics =
    [
        "Abs", "Acos", "Asin", "Atan", "Atan2", "Ceiling", "CopySign", "Cos", "Cosh", "Exp", "Floor", "Log", "Log10", "Max", "Min",
        "Pow", "Sin", "Sinh", "Sqrt", "Tan", "Tanh",
    ];

    private static readonly HashSet<string> Bits =
    [
        "DoubleToInt64Bits", "Int64BitsToDouble", "SingleToInt32Bits", "Int32BitsToSingle", "LeadingZeroCount", "PopCount",
        "TrailingZeroCount",
    ];

    private static readonly HashSet<string> Interlocking = ["Add", "And", "CompareExchange", "Decrement", "Exchange", "Increment", "Or"];

    /// <summary>A member as messages name it: its type and its own name.</summary>
    public static string Name(MemberInfo member) => $"{member.DeclaringType?.Name}.{member.Name}";

    /// <summary>Whether a method is marked as an intrinsic implementation, so that its body is never read.</summary>
    public static bool IsIntrinsic(MethodBase method) => method.IsDefined(typeof(IntrinsicImplementationAttribute), inherit: false);

    /// <summary>Whether a method belongs to the runtime's own API.</summary>
    public static bool IsRuntime(MethodBase method) => method.Module.Assembly == Runtime;

    /// <summary>Whether a type belongs to the runtime's own API.</summary>
    public static bool IsRuntime(Type type) => type.Assembly == Runtime;

    /// <summary>Whether a method of the runtime is for kernels.</summary>
    public static bool IsForKernels(MethodBase method) => method.DeclaringType is { } type
        && (KernelTypes.Contains(type.IsGenericType ? type.GetGenericTypeDefinition() : type) || type.Namespace == "ILGPU.AtomicOperations");

    /// <summary>Whether a method belongs to .NET's libraries.</summary>
    public static bool IsFramework(MethodBase method) => method.Module.Assembly == Core
        || method.Module.Assembly.GetName().Name is { } name && (name.StartsWith("System.", StringComparison.Ordinal) || name == "System");

    /// <summary>Whether a method of .NET's libraries is one that accelerators implement themselves.</summary>
    public static bool IsKnownFramework(MethodBase method)
    {
        var (type, name) = (method.DeclaringType, method.Name);
        return (type == typeof(Math) || type == typeof(MathF)) && Mathematics.Contains(name)
            || (type == typeof(BitConverter) || type == typeof(BitOperations)) && Bits.Contains(name)
            || type == typeof(Interlocked) && Interlocking.Contains(name)
            || (type == typeof(float) || type == typeof(double)) && name is "IsNaN" or "IsInfinity" or "IsFinite"
            || type == typeof(Activator) && name == nameof(Activator.CreateInstance) && method.IsGenericMethod
            || type == typeof(RuntimeHelpers) && name == nameof(RuntimeHelpers.InitializeArray)
            || type == typeof(System.Diagnostics.Debug) && name == nameof(System.Diagnostics.Debug.Assert);
    }

    /// <summary>Whether a method of .NET's libraries is so simple that it is read like the kernel's own.</summary>
    public static bool IsReadableFramework(MethodBase method) => method.DeclaringType is { } type
        && (type.IsPrimitive || type == typeof(Math) || type == typeof(MathF) || type == typeof(BitConverter) || type == typeof(BitOperations)
            || type.FullName?.StartsWith("System.ValueTuple", StringComparison.Ordinal) == true
            || type.FullName?.StartsWith("System.Nullable`", StringComparison.Ordinal) == true);

    /// <summary>Whether a method is read as part of the kernel that calls it.</summary>
    public static bool IsKernelCode(MethodBase method) => !IsRuntime(method) && !IsFramework(method) && !IsIntrinsic(method);

    /// <summary>Whether a call waits for other lanes.</summary>
    public static bool Waits(MethodBase method) => IsRuntime(method)
        && (method.DeclaringType == typeof(Group) && (method.Name.StartsWith("Barrier", StringComparison.Ordinal) || method.Name == "Broadcast")
            || method.DeclaringType == typeof(Warp)
            && (method.Name is "Barrier" or "Broadcast" || method.Name.StartsWith("Shuffle", StringComparison.Ordinal)));

    /// <summary>Whether a member of the runtime has a meaning in explicitly grouped kernels only.</summary>
    public static bool NeedsGroup(MethodBase method) => IsRuntime(method)
        && (method.DeclaringType == typeof(Group) || method.DeclaringType == typeof(Grid) || method.DeclaringType == typeof(Warp)
            || method.DeclaringType == typeof(SharedMemory));
}
