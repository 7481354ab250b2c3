using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.CompilerServices;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <content>Memory: fields, elements, what pointers point to, constants, new structures and arrays.</content>
internal sealed partial class MethodTranslator
{
    private void LoadField(FieldInfo field)
    {
        var owner = Pop();
        if (owner.Type.IsPointer)
        {
            Push(Load(FieldAddress(owner, field), null));
            return;
        }
        Push(TypeWriter.FieldType(owner.Type, field), owner.Member(TypeWriter.Field(field)), owner);
    }

    private Value FieldAddress(Value owner, FieldInfo field)
    {
        if (!owner.Type.IsPointer)
            throw Error($"field {field.Name} of something that is no structure");
        var structure = owner.Type.Target;
        if (structure.IsView)
            throw Error($"field {field.Name} of a view");
        if (structure.Type != field.DeclaringType)
            throw Error($"field {field.Name} of a {structure.Type.Name}");
        var place = owner.Member(TypeWriter.Field(field)) + (TypeWriter.FixedLength(structure.Type) > 0 ? "[0]" : "");
        var offset = TypeWriter.FieldOffset(structure.Type, field);
        return new(CType.Pointer(TypeWriter.FieldType(structure, field), owner.Type.Space), $"(&{place})")
        {
            Place = place,
            Reads = owner.Reads,
            Root = owner.Root is { } root ? root with { Offset = root.Offset + offset } : null,
        };
    }

    // Reads memory now: it may change before the value is used.
    private Value Load(Value pointer, Type? type)
    {
        if (!pointer.Type.IsPointer)
            throw Error("a number is used as a pointer");
        var target = pointer.Type.Target;
        var read = type is null || target.Type == type || SameBits(target.Type, type)
            ? new Value(target, pointer.Deref)
            : new Value(target.As(type), $"(*({TypeName(CType.Pointer(target.As(type), pointer.Type.Space))}){pointer.Text})");
        return Keep(read with { Reads = new HashSet<string> { "" } });
    }

    private void StoreThrough(Value pointer, Value value, Type? type = null)
    {
        if (!pointer.Type.IsPointer)
            throw Error("a number is used as a pointer");
        var target = pointer.Type.Target;
        JoinRoot(pointer.Root, value.Type);
        if (type is not null && target.Type != type && !SameBits(target.Type, type))
        {
            var other = target.As(type);
            _text.Append($"    *({TypeName(CType.Pointer(other, pointer.Type.Space))}){pointer.Text} = {Cast(value, other)};\n");
            return;
        }
        _text.Append($"    {pointer.Deref} = {Cast(value, target.Join(value.Type.As(target.Type)))};\n");
    }

    private static bool SameBits(Type left, Type right)
    {
        if (left.IsEnum)
            left = left.GetEnumUnderlyingType();
        if (right.IsEnum)
            right = right.GetEnumUnderlyingType();
        return left == right
            || left.IsPrimitive && right.IsPrimitive && CType.SizeOf(left) == CType.SizeOf(right) && IsFloating(left) == IsFloating(right);
    }

    private static bool IsFloating(Type type) => type == typeof(float) || type == typeof(double);

    private Type IndirectType(ILOpCode code, int depth) => code switch
    {
        ILOpCode.Ldind_i1 => typeof(sbyte),
        ILOpCode.Ldind_u1 => typeof(byte),
        ILOpCode.Ldind_i2 => typeof(short),
        ILOpCode.Ldind_u2 => typeof(ushort),
        ILOpCode.Ldind_i4 => typeof(int),
        ILOpCode.Ldind_u4 => typeof(uint),
        ILOpCode.Ldind_i8 => typeof(long),
        ILOpCode.Ldind_i => typeof(nint),
        ILOpCode.Ldind_r4 => typeof(float),
        ILOpCode.Ldind_r8 => typeof(double),
        _ => throw Error($"a reference is read at depth {depth}"),
    };

    private Type StoredType(ILOpCode code) => code switch
    {
        ILOpCode.Stind_i1 => typeof(sbyte),
        ILOpCode.Stind_i2 => typeof(short),
        ILOpCode.Stind_i4 => typeof(int),
        ILOpCode.Stind_i8 => typeof(long),
        ILOpCode.Stind_i => typeof(nint),
        ILOpCode.Stind_r4 => typeof(float),
        ILOpCode.Stind_r8 => typeof(double),
        _ => throw Error("a reference is stored"),
    };

    private static Value Element(Value array, Value index)
    {
        var place = $"{array.Text}[{Signed(index)}]";
        return new(CType.Pointer(array.Type.Target, array.Type.Space), $"(&{place})") { Place = place, Reads = Value.Union(array, index) };
    }

    private void LoadStatic(FieldInfo field)
    {
        if (!field.IsInitOnly && !field.IsLiteral)
            throw Error($"static field {field.Name} can change");
        if (field.FieldType.IsArray || !field.FieldType.IsValueType)
            throw Error($"static field {field.Name} holds an object");
        var value = field.GetValue(null)!;
        var type = new CType(field.FieldType);
        if (field.FieldType.IsPrimitive || field.FieldType.IsEnum)
        {
            Push(new(type, Literal(value)) { IsSimple = true });
            return;
        }
        var name = $"t{_temporaries++}";
        Declare(name, type);
        WriteConstant(name, type, value);
        Push(new(type, name) { IsSimple = true });
    }

    // The address of a copy: nothing changes it.
    private void ShowStatic(FieldInfo field)
    {
        LoadStatic(field);
        var value = Pop();
        var name = $"t{_temporaries++}";
        Declare(name, value.Type);
        _text.Append($"    {name} = {value.Text};\n");
        Push(new(CType.Pointer(value.Type, Space.Private), $"(&{name})") { Place = name });
    }

    private void WriteConstant(string place, CType type, object value)
    {
        if (type.Type.IsPrimitive || type.Type.IsEnum)
        {
            _text.Append($"    {place} = {Literal(value)};\n");
            return;
        }
        if (type.IsView)
        {
            _text.Append($"    {place} = {Zero(type)};\n");
            return;
        }
        foreach (var field in ArgumentLeaf.FieldsOf(type.Type))
            WriteConstant($"{place}.{TypeWriter.Field(field)}", TypeWriter.FieldType(type, field), field.GetValue(value)!);
    }

    private void New(ConstructorInfo constructor)
    {
        var type = constructor.DeclaringType!;
        if (!type.IsValueType)
            throw Error($"a {type.Name} is an object");
        var arguments = Pop(constructor.GetParameters().Length);
        var name = $"t{_temporaries++}";
        var made = CType.All(type, IsCuda ? Space.Global : Space.Unknown);
        var pointer = new Value(CType.Pointer(made, Space.Private), $"(&{name})") { Place = name };
        if (made.IsView)
            throw Error("a view is made of an address");
        var function = Invoke(constructor, [pointer, .. arguments], out var call);
        made = function.Arguments[0].Target;
        Declare(name, made);
        _text.Append($"    {call};\n");
        Push(new(made, name) { IsSimple = true });
    }

    private void NewArray(Type element, Value length)
    {
        if (length.Constant is not { } count)
            throw Error("the size of an array is not a constant");
        var name = $"array{_temporaries++}";
        var type = new CType(element);
        _declarations.Add($"{TypeName(type)} {name}[{Math.Max(count, 1)}];");
        _text.Append($"    for (i32 i = 0; i < {count}; i++) {name}[i] = {Zero(type)};\n");
        Push(new(CType.Pointer(type, Space.Private).As(element.MakeArrayType()), name) { IsSimple = true, Length = (int)count });
    }

    // newarr; dup; ldtoken; call InitializeArray: an array with constant elements.
    private bool TryInitializedArray(int number)
    {
        if (number + 3 >= _il.Instructions.Count
            || _il.Instructions[number + 1].Code != ILOpCode.Dup
            || _il.Instructions[number + 2] is not { Code: ILOpCode.Ldtoken, Operand: FieldInfo data }
            || _il.Instructions[number + 3].Operand is not MethodBase { Name: nameof(RuntimeHelpers.InitializeArray) })
        {
            return false;
        }
        var length = _stack[^1].Constant ?? throw Error("the size of an array is not a constant");
        var element = (Type)_il.Instructions[number].Operand!;
        NewArray(element, Pop());
        var values = Array.CreateInstance(element, length);
        RuntimeHelpers.InitializeArray(values, data.FieldHandle);
        for (var i = 0; i < length; i++)
            _text.Append($"    {_stack[^1].Text}[{i}] = {Literal(values.GetValue(i)!)};\n");
        return true;
    }

    private string Zero(CType type) =>
        type.IsPointer || type.Type.IsPrimitive || type.Type.IsEnum ? "0" : $"ZERO({TypeName(type)})";
}
