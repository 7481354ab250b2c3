using System.Reflection;
using System.Runtime.CompilerServices;

namespace GpuSeq.EmbeddedRuntime.IL;

/// <summary>Which types kernels may have in variables, parameters and fields.</summary>
internal static class TypeRules
{
    /// <summary>The rule that a type breaks, or null.</summary>
    public static KernelRule? Check(Type type) => Check(type, 0);

    private static KernelRule? Check(Type type, int depth)
    {
        if (type.IsByRef || type.IsPointer)
            return Check(type.GetElementType()!, depth);
        if (type.IsFunctionPointer || typeof(Delegate).IsAssignableFrom(type))
            return KernelRule.Delegate;
        if (type == typeof(Half))
            return KernelRule.Half;
        if (type == typeof(string))
            return KernelRule.String;
        if (type.IsByRefLike || type.IsDefined(typeof(InlineArrayAttribute), inherit: false))
            return KernelRule.Span;
        if (type.IsArray)
            return type.GetElementType()!.IsValueType ? Check(type.GetElementType()!, depth) : KernelRule.ReferenceType;
        if (!type.IsValueType)
            return typeof(Exception).IsAssignableFrom(type) ? KernelRule.Exception : KernelRule.ReferenceType;
        if (type.IsPrimitive || type.IsEnum || type == typeof(void) || KernelApi.IsRuntime(type) || depth > 8)
            return null;
        if (!type.IsLayoutSequential && type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) != true)
            return KernelRule.Layout;
        return type
            .GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .Select(field => field.FieldType.IsArray ? KernelRule.ReferenceType : Check(field.FieldType, depth + 1))
            .FirstOrDefault(rule => rule is not null);
    }

    /// <summary>Whether the launchers that ILGPU makes can see a type: those lie in an assembly of their own.</summary>
    public static bool IsVisible(Type type)
    {
        if (type.HasElementType)
            return IsVisible(type.GetElementType()!);
        if (type.IsGenericType && !type.GetGenericArguments().All(IsVisible))
            return false;
        for (var level = type; level is not null; level = level.DeclaringType)
        {
            if (level.IsNestedPrivate || level.IsNestedFamily || level.IsNestedFamANDAssem)
                return false;
        }
        return type.IsVisible || KernelApi.IsRuntime(type)
            || type.Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Any(friend => friend.AssemblyName == "ILGPURuntime");
    }
}
