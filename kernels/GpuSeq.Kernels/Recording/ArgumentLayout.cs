using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuSeq.Kernels.Recording;

/// <summary>Where views, random calls and plain values lie in an argument of a kernel.</summary>
internal sealed class ArgumentLayout
{
    private static readonly ConcurrentDictionary<Type, ArgumentLayout> All = new();
    private static readonly MethodInfo SizeOf = typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!;

    private ArgumentLayout(Type type) => Collect(type, type, []);

    public List<ViewLeaf> Views { get; } = [];

    /// <summary>Offsets of <see cref="RandomCall"/>s.</summary>
    public List<int> RandomCalls { get; } = [];

    public List<(int Offset, int Size)> Values { get; } = [];

    public static ArgumentLayout Of(Type type) => All.GetOrAdd(type, type => new(type));

    private void Collect(Type root, Type type, FieldInfo[] path)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>))
            Views.Add(ViewLeaf.Of(type.GetGenericArguments()[0], OffsetOf(root, path)));
        else if (type == typeof(RandomCall))
            RandomCalls.Add(OffsetOf(root, path));
        else if (type.IsPrimitive || type.IsEnum)
            Values.Add((OffsetOf(root, path), (int)SizeOf.MakeGenericMethod(type).Invoke(null, null)!));
        else
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                Collect(root, field.FieldType, [.. path, field]);
        }
    }

    // The runtime lays structures out as it likes; what a field's address is, it tells only to code that takes it.
    private static int OffsetOf(Type root, FieldInfo[] path)
    {
        if (path.Length == 0)
            return 0;
        var method = new DynamicMethod("OffsetOf", typeof(int), [root.MakeByRefType()], typeof(ArgumentLayout).Module, skipVisibility: true);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        foreach (var field in path)
            code.Emit(OpCodes.Ldflda, field);
        code.Emit(OpCodes.Conv_I);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Conv_I);
        code.Emit(OpCodes.Sub);
        code.Emit(OpCodes.Conv_I4);
        code.Emit(OpCodes.Ret);
        var value = new object?[] { Activator.CreateInstance(root) };
        return (int)method.Invoke(null, value)!;
    }
}
