using System.Reflection;
using System.Reflection.Emit;

namespace ILGPU.Runtime.CPU.Stepping;

/// <summary>What the lanes of a group keep while they wait.</summary>
internal abstract class LaneFrames
{
    /// <summary>Makes room for a number of lanes.</summary>
    public abstract void Resize(int lanes);
}

/// <summary>What the lanes of a group keep while they wait.</summary>
/// <typeparam name="T">What one lane keeps: nested tuples.</typeparam>
internal sealed class LaneFrames<T> : LaneFrames
{
    public T[] Values = [];

    public override void Resize(int lanes)
    {
        if (Values.Length < lanes)
            Values = new T[lanes];
    }
}

/// <summary>A structure made of tuples that has a field for each variable.</summary>
internal sealed class FrameType
{
    private const int TupleFields = 7;

    private static readonly Type[] Tuples =
    [
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>),
        typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>),
    ];

    private readonly FieldInfo[][] _paths;

    public FrameType(IReadOnlyList<Type> fields)
    {
        var stored = fields.Select(StoredType).ToArray();
        Type = Build(stored.Length == 0 ? [typeof(int)] : stored);
        _paths = [.. Enumerable.Range(0, fields.Count).Select(Path)];
    }

    public Type Type { get; }

    private Type FramesType => typeof(LaneFrames<>).MakeGenericType(Type);

    public LaneFrames CreateFrames() => (LaneFrames)Activator.CreateInstance(FramesType)!;

    /// <summary>Leaves a reference to the frame of the lane in a local variable.</summary>
    public LocalBuilder EmitLoad(ILGenerator il)
    {
        var frame = il.DeclareLocal(Type.MakeByRefType());
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Castclass, FramesType);
        il.Emit(OpCodes.Ldfld, FramesType.GetField(nameof(LaneFrames<>.Values))!);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, typeof(LaneContext).GetField(nameof(LaneContext.LinearIndex))!);
        il.Emit(OpCodes.Ldelema, Type);
        il.Emit(OpCodes.Stloc, frame);
        return frame;
    }

    public void EmitSave(ILGenerator il, LocalBuilder frame, int field, LocalBuilder variable)
    {
        EmitParent(il, frame, field);
        il.Emit(OpCodes.Ldloc, variable);
        if (IsAddress(variable.LocalType))
            il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Stfld, _paths[field][^1]);
    }

    public void EmitRestore(ILGenerator il, LocalBuilder frame, int field, LocalBuilder variable)
    {
        EmitParent(il, frame, field);
        il.Emit(OpCodes.Ldfld, _paths[field][^1]);
        il.Emit(OpCodes.Stloc, variable);
    }

    private void EmitParent(ILGenerator il, LocalBuilder frame, int field)
    {
        il.Emit(OpCodes.Ldloc, frame);
        foreach (var rest in _paths[field][..^1])
            il.Emit(OpCodes.Ldflda, rest);
    }

    // Tuples have seven fields, and the others in an eighth.
    private FieldInfo[] Path(int field)
    {
        var path = new List<FieldInfo>();
        var type = Type;
        for (; field >= TupleFields; field -= TupleFields)
        {
            var rest = type.GetField("Rest")!;
            path.Add(rest);
            type = rest.FieldType;
        }
        path.Add(type.GetField($"Item{field + 1}")!);
        return [.. path];
    }

    private static Type Build(ReadOnlySpan<Type> fields)
    {
        if (fields.Length <= TupleFields)
            return Tuples[fields.Length - 1].MakeGenericType(fields.ToArray());
        return typeof(ValueTuple<,,,,,,,>).MakeGenericType([.. fields[..TupleFields], Build(fields[TupleFields..])]);
    }

    // Addresses of memory that stays where it is are kept as numbers.
    private static Type StoredType(Type type) => IsAddress(type) ? typeof(nuint) : type;

    private static bool IsAddress(Type type) => type.IsByRef || type.IsPointer || type.IsFunctionPointer;
}
