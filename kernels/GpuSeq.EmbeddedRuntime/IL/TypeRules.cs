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
        return type
            .GetFields(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)
            .Select(field => field.FieldType.IsArray ? KernelRule.ReferenceType : Check(field.FieldType, depth + 1))
            .FirstOrDefault(rule => rule is not null);
    }
}
