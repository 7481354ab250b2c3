using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace GpuSeq.EmbeddedRuntime.IL;

/// <summary>The instructions of a method, with the generic arguments of the method filled in.</summary>
public sealed class MethodIL
{
    private static readonly Dictionary<ushort, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (ushort)code.Value);

    private readonly byte[] _bytes;
    private readonly Type[] _typeArguments;
    private readonly Type[] _methodArguments;

    private MethodIL(MethodBase method, MethodBody body)
    {
        Method = method;
        _bytes = body.GetILAsByteArray() ?? [];
        _typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : [];
        _methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        Locals = [.. body.LocalVariables.OrderBy(local => local.LocalIndex).Select(local => local.LocalType)];
        Handlers = [.. body.ExceptionHandlingClauses];
        var instructions = new List<ILInstruction>();
        for (var offset = 0; offset < _bytes.Length;)
            instructions.Add(Normalize(Read(ref offset)));
        Instructions = instructions;
    }

    /// <summary>The method.</summary>
    public MethodBase Method { get; }

    /// <summary>Its instructions in their order.</summary>
    public IReadOnlyList<ILInstruction> Instructions { get; }

    /// <summary>The types of its local variables.</summary>
    public IReadOnlyList<Type> Locals { get; }

    /// <summary>Its exception handlers.</summary>
    public IReadOnlyList<ExceptionHandlingClause> Handlers { get; }

    /// <summary>The types of its arguments, the instance of an instance method first.</summary>
    public IReadOnlyList<Type> Arguments => ArgumentsOf(Method);

    /// <summary>What it returns.</summary>
    public Type ReturnType => Method is MethodInfo method ? method.ReturnType : typeof(void);

    /// <summary>Reads a method.</summary>
    /// <returns>Its instructions, or null where it has none that can be read: abstract, native or made by the runtime.</returns>
    public static MethodIL? Read(MethodBase method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return !method.IsAbstract && method.GetMethodBody() is { } body ? new(method, body) : null;
    }

    /// <summary>The types of a method's arguments, the instance of an instance method first.</summary>
    public static IReadOnlyList<Type> ArgumentsOf(MethodBase method)
    {
        ArgumentNullException.ThrowIfNull(method);
        var parameters = method.GetParameters().Select(parameter => parameter.ParameterType);
        if (method.IsStatic)
            return [.. parameters];
        var instance = method.DeclaringType!;
        return [instance.IsValueType ? instance.MakeByRefType() : instance, .. parameters];
    }

    /// <summary>The method that a constrained call reaches on a type.</summary>
    /// <param name="type">The type that the call is constrained to.</param>
    /// <param name="method">The method that the call names: of an interface, or one that every object has.</param>
    /// <returns>The type's own method, or null where it has none and the call goes to a boxed copy.</returns>
    public static MethodInfo? ResolveConstrained(Type type, MethodInfo method)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(method);
        var definition = method.IsGenericMethod ? method.GetGenericMethodDefinition() : method;
        MethodInfo? found;
        if (definition.DeclaringType!.IsInterface)
        {
            if (!definition.DeclaringType.IsAssignableFrom(type) || type.IsInterface)
                return null;
            var map = type.GetInterfaceMap(definition.DeclaringType);
            var index = Array.IndexOf(map.InterfaceMethods, definition);
            found = index >= 0 ? map.TargetMethods[index] : null;
        }
        else
        {
            found = type
                .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
                .FirstOrDefault(own => own.GetBaseDefinition() == definition.GetBaseDefinition());
        }
        if (found is null || found.DeclaringType != type)
            return null;
        return method.IsGenericMethod && found.IsGenericMethodDefinition ? found.MakeGenericMethod(method.GetGenericArguments()) : found;
    }

    private ILInstruction Read(ref int offset)
    {
        var begin = offset;
        ushort value = _bytes[offset++];
        if (value == 0xFE)
            value = (ushort)(value << 8 | _bytes[offset++]);
        var code = OpCodesByValue[value];
        var operand = ReadOperand(code, ref offset);
        return new(begin, code, operand);
    }

    private object? ReadOperand(OpCode code, ref int offset)
    {
        var span = _bytes.AsSpan(offset);
        switch (code.OperandType)
        {
            case OperandType.InlineNone:
                return null;
            case OperandType.ShortInlineVar:
                offset += 1;
                return (int)span[0];
            case OperandType.InlineVar:
                offset += 2;
                return (int)BinaryPrimitives.ReadUInt16LittleEndian(span);
            case OperandType.ShortInlineI:
                offset += 1;
                return code == OpCodes.Ldc_I4_S ? (int)(sbyte)span[0] : (int)span[0];
            case OperandType.InlineI:
                offset += 4;
                return BinaryPrimitives.ReadInt32LittleEndian(span);
            case OperandType.InlineI8:
                offset += 8;
                return BinaryPrimitives.ReadInt64LittleEndian(span);
            case OperandType.ShortInlineR:
                offset += 4;
                return BinaryPrimitives.ReadSingleLittleEndian(span);
            case OperandType.InlineR:
                offset += 8;
                return BinaryPrimitives.ReadDoubleLittleEndian(span);
            case OperandType.ShortInlineBrTarget:
                offset += 1;
                return offset + (sbyte)span[0];
            case OperandType.InlineBrTarget:
                offset += 4;
                return offset + BinaryPrimitives.ReadInt32LittleEndian(span);
            case OperandType.InlineSwitch:
                return ReadSwitch(ref offset);
            default:
                offset += 4;
                return ResolveToken(code.OperandType, BinaryPrimitives.ReadInt32LittleEndian(span));
        }
    }

    private int[] ReadSwitch(ref int offset)
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(offset));
        var end = offset + 4 + 4 * count;
        var targets = new int[count];
        for (var i = 0; i < count; i++)
            targets[i] = end + BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(offset + 4 + 4 * i));
        offset = end;
        return targets;
    }

    private object? ResolveToken(OperandType kind, int token)
    {
        var module = Method.Module;
        return kind switch
        {
            OperandType.InlineString => module.ResolveString(token),
            OperandType.InlineSig => module.ResolveSignature(token),
            OperandType.InlineMethod => module.ResolveMethod(token, _typeArguments, _methodArguments),
            OperandType.InlineField => module.ResolveField(token, _typeArguments, _methodArguments),
            OperandType.InlineType => module.ResolveType(token, _typeArguments, _methodArguments),
            _ => module.ResolveMember(token, _typeArguments, _methodArguments),
        };
    }

    // Short forms become long ones: readers of instructions have fewer cases to tell apart.
    private static ILInstruction Normalize(ILInstruction instruction)
    {
        var code = instruction.Code;
        (OpCode, object?) normal = code switch
        {
            >= ILOpCode.Ldarg_0 and <= ILOpCode.Ldarg_3 => (OpCodes.Ldarg, (int)code - (int)ILOpCode.Ldarg_0),
            >= ILOpCode.Ldloc_0 and <= ILOpCode.Ldloc_3 => (OpCodes.Ldloc, (int)code - (int)ILOpCode.Ldloc_0),
            >= ILOpCode.Stloc_0 and <= ILOpCode.Stloc_3 => (OpCodes.Stloc, (int)code - (int)ILOpCode.Stloc_0),
            >= ILOpCode.Ldc_i4_m1 and <= ILOpCode.Ldc_i4_8 => (OpCodes.Ldc_I4, (int)code - (int)ILOpCode.Ldc_i4_0),
            ILOpCode.Ldarg_s => (OpCodes.Ldarg, instruction.Operand),
            ILOpCode.Ldarga_s => (OpCodes.Ldarga, instruction.Operand),
            ILOpCode.Starg_s => (OpCodes.Starg, instruction.Operand),
            ILOpCode.Ldloc_s => (OpCodes.Ldloc, instruction.Operand),
            ILOpCode.Ldloca_s => (OpCodes.Ldloca, instruction.Operand),
            ILOpCode.Stloc_s => (OpCodes.Stloc, instruction.Operand),
            ILOpCode.Ldc_i4_s => (OpCodes.Ldc_I4, instruction.Operand),
            ILOpCode.Leave_s => (OpCodes.Leave, instruction.Operand),
            >= ILOpCode.Br_s and <= ILOpCode.Blt_un_s => (
                OpCodesByValue[(ushort)(code - ILOpCode.Br_s + ILOpCode.Br)], instruction.Operand),
            _ => (instruction.OpCode, instruction.Operand),
        };
        return instruction with { OpCode = normal.Item1, Operand = normal.Item2 };
    }
}
