using System.Reflection;
using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>
/// A scalar or a view in a parameter of a kernel. Structures are taken apart into their leaves, because OpenCL passes no pointers
/// inside of structures.
/// </summary>
/// <param name="Path">The fields that lead to it, from the outermost; none where the parameter is the leaf.</param>
/// <param name="Type">Its type: a primitive, an enumeration or an <see cref="ArrayView{T}"/>.</param>
public sealed record ArgumentLeaf(IReadOnlyList<FieldInfo> Path, Type Type)
{
    /// <summary>Whether it is a view.</summary>
    public bool IsView => IsViewType(Type);

    /// <summary>The leaves of a parameter, in the order of its fields.</summary>
    public static IReadOnlyList<ArgumentLeaf> Of(Type parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var leaves = new List<ArgumentLeaf>();
        Collect(parameter, [], leaves);
        return leaves;
    }

    internal static bool IsViewType(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>);

    /// <summary>The fields of a structure in the order in which they lie in memory.</summary>
    internal static IEnumerable<FieldInfo> FieldsOf(Type type) => type
        .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .OrderBy(field => field.MetadataToken);

    private static void Collect(Type type, IReadOnlyList<FieldInfo> path, List<ArgumentLeaf> leaves)
    {
        if (type.IsPrimitive || type.IsEnum || IsViewType(type))
        {
            leaves.Add(new(path, type));
            return;
        }
        foreach (var field in FieldsOf(type))
            Collect(field.FieldType, [.. path, field], leaves);
    }
}
