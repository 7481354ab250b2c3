using System.Reflection;
using System.Reflection.Emit;
using GpuSeq.EmbeddedRuntime.Translation;

namespace ILGPU.Runtime.Devices;

/// <summary>Hands values of a type to a device, leaf by leaf, without boxing.</summary>
/// <typeparam name="T">The type of a parameter.</typeparam>
internal static class ArgumentWriter<T>
    where T : struct
{
    public delegate void Writer(ref T value, DeviceArguments arguments);

    /// <summary>Adds the leaves of a value, in the order of <see cref="ArgumentLeaf.Of"/>.</summary>
    public static readonly Writer Write = Compile();

    // Compiled, because the fields of a structure may be private, and because reflection would box what it reads.
    private static Writer Compile()
    {
        var method = new DynamicMethod(
            $"Write {typeof(T).Name}", null, [typeof(T).MakeByRefType(), typeof(DeviceArguments)], typeof(T).Module, skipVisibility: true);
        var code = method.GetILGenerator();
        foreach (var leaf in ArgumentLeaf.Of(typeof(T)))
        {
            code.Emit(OpCodes.Ldarg_0);
            foreach (var field in leaf.Path)
                code.Emit(OpCodes.Ldflda, field);
            code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Call, ArgumentWriter.MethodFor(leaf));
        }
        code.Emit(OpCodes.Ret);
        return method.CreateDelegate<Writer>();
    }
}

/// <summary>Hands values to a device.</summary>
internal static class ArgumentWriter
{
    /// <summary>Adds all leaves of a value.</summary>
    /// <returns>The arguments, for the next value.</returns>
    public static DeviceArguments Add<T>(this DeviceArguments arguments, ref T value)
        where T : struct
    {
        ArgumentWriter<T>.Write(ref value, arguments);
        return arguments;
    }

    /// <summary>The method that adds a leaf.</summary>
    public static MethodInfo MethodFor(ArgumentLeaf leaf)
    {
        if (leaf.IsView)
            return Method(nameof(AddView)).MakeGenericMethod(leaf.Type.GenericTypeArguments);
        var type = leaf.Type.IsEnum ? leaf.Type.GetEnumUnderlyingType() : leaf.Type;
        return type == typeof(bool)
            ? Method(nameof(AddBool))
            : Method(nameof(AddScalar)).MakeGenericMethod(type == typeof(char) ? typeof(ushort) : type);
    }

    private static MethodInfo Method(string name) => typeof(ArgumentWriter).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static void AddScalar<T>(ref T value, DeviceArguments arguments)
        where T : unmanaged => arguments.Add(value);

    // A bool may hold any byte; on a device it is 0 or 1.
    private static void AddBool(ref bool value, DeviceArguments arguments) => arguments.Add((byte)(value ? 1 : 0));

    private static unsafe void AddView<T>(ref ArrayView<T> view, DeviceArguments arguments)
        where T : unmanaged => arguments.AddView(view.Buffer, (nint)view.Address, view.Length);
}
