using System.Reflection;
using System.Reflection.Metadata;
using GpuSeq.EmbeddedRuntime.IL;

namespace ILGPU.Runtime.CPU.Stepping;

/// <summary>What instructions other than calls, branches and accesses to variables do to the evaluation stack.</summary>
internal static class StackEffects
{
    /// <summary>Replaces what an instruction takes by what it leaves.</summary>
    /// <exception cref="NotSupportedException">The instruction cannot be followed.</exception>
    public static void Apply(ILInstruction instruction, Stack<StackEntry> stack)
    {
        switch (instruction.Code)
        {
            case ILOpCode.Nop or ILOpCode.Break or ILOpCode.Volatile or ILOpCode.Unaligned or ILOpCode.Readonly:
                break;
            case ILOpCode.Pop or ILOpCode.Initobj or ILOpCode.Stsfld:
                stack.Pop();
                break;
            case ILOpCode.Dup:
                stack.Push(stack.Peek());
                break;
            case ILOpCode.Ldc_i4 or ILOpCode.Sizeof:
                stack.Push(StackEntry.Int);
                break;
            case ILOpCode.Ldc_i8:
                stack.Push(StackEntry.Long);
                break;
            case ILOpCode.Ldc_r4:
                stack.Push(StackEntry.Float);
                break;
            case ILOpCode.Ldc_r8:
                stack.Push(StackEntry.Double);
                break;
            case ILOpCode.Ldnull:
                stack.Push(StackEntry.Object);
                break;
            case ILOpCode.Ldstr:
                stack.Push(new(typeof(string)));
                break;
            case >= ILOpCode.Add and <= ILOpCode.Xor:
            case >= ILOpCode.Add_ovf and <= ILOpCode.Sub_ovf_un:
                Binary(stack);
                break;
            case ILOpCode.Shl or ILOpCode.Shr or ILOpCode.Shr_un:
                stack.Pop();
                break;
            case ILOpCode.Neg or ILOpCode.Not or ILOpCode.Ckfinite:
                break;
            case >= ILOpCode.Ceq and <= ILOpCode.Clt_un:
                Replace(stack, 2, StackEntry.Int);
                break;
            case var code when Conversion(code) is { } result:
                Replace(stack, 1, result);
                break;
            default:
                ApplyMemory(instruction, stack);
                break;
        }
    }

    private static void ApplyMemory(ILInstruction instruction, Stack<StackEntry> stack)
    {
        switch (instruction.Code)
        {
            case ILOpCode.Ldfld:
                Replace(stack, 1, StackEntry.Of(((FieldInfo)instruction.Operand!).FieldType));
                break;
            case ILOpCode.Ldsfld:
                stack.Push(StackEntry.Of(((FieldInfo)instruction.Operand!).FieldType));
                break;
            case ILOpCode.Ldsflda:
                stack.Push(StackEntry.Reference(((FieldInfo)instruction.Operand!).FieldType, Target.Unknown));
                break;
            case ILOpCode.Ldflda:
                Replace(stack, 1, FieldAddress((FieldInfo)instruction.Operand!, stack.Peek()));
                break;
            case ILOpCode.Stfld or ILOpCode.Stobj or ILOpCode.Cpobj or (>= ILOpCode.Stind_ref and <= ILOpCode.Stind_r8) or ILOpCode.Stind_i:
                Drop(stack, 2);
                break;
            case ILOpCode.Ldobj or ILOpCode.Unbox_any or ILOpCode.Castclass or ILOpCode.Isinst:
                Replace(stack, 1, StackEntry.Of((Type)instruction.Operand!));
                break;
            case ILOpCode.Box:
                Replace(stack, 1, StackEntry.Object);
                break;
            case ILOpCode.Newarr:
                Replace(stack, 1, new(((Type)instruction.Operand!).MakeArrayType()));
                break;
            case ILOpCode.Ldlen:
                Replace(stack, 1, StackEntry.Native);
                break;
            case ILOpCode.Ldelema:
                Replace(stack, 2, StackEntry.Reference((Type)instruction.Operand!, Target.Unknown));
                break;
            case ILOpCode.Ldelem_ref:
                Drop(stack, 1);
                Replace(stack, 1, new(stack.Peek().Type.GetElementType() ?? typeof(object)));
                break;
            case ILOpCode.Ldind_ref:
                Replace(stack, 1, new(stack.Peek().Type.GetElementType() ?? typeof(object)));
                break;
            case ILOpCode.Ldelem:
                Replace(stack, 2, StackEntry.Of((Type)instruction.Operand!));
                break;
            case var code when Element(code) is { } result:
                Replace(stack, code is >= ILOpCode.Ldelem_i1 and <= ILOpCode.Ldelem_r8 ? 2 : 1, result);
                break;
            case ILOpCode.Stelem or (>= ILOpCode.Stelem_i and <= ILOpCode.Stelem_ref) or ILOpCode.Cpblk or ILOpCode.Initblk:
                Drop(stack, 3);
                break;
            default:
                throw new NotSupportedException($"{instruction} cannot be followed.");
        }
    }

    // Loads whose type is in the instruction: through an address or from an array.
    private static StackEntry? Element(ILOpCode code) => code switch
    {
        ILOpCode.Ldind_i8 or ILOpCode.Ldelem_i8 => StackEntry.Long,
        ILOpCode.Ldind_r4 or ILOpCode.Ldelem_r4 => StackEntry.Float,
        ILOpCode.Ldind_r8 or ILOpCode.Ldelem_r8 => StackEntry.Double,
        ILOpCode.Ldind_i or ILOpCode.Ldelem_i => StackEntry.Native,
        >= ILOpCode.Ldind_i1 and <= ILOpCode.Ldind_u4 => StackEntry.Int,
        >= ILOpCode.Ldelem_i1 and <= ILOpCode.Ldelem_u4 => StackEntry.Int,
        _ => null,
    };

    private static StackEntry? Conversion(ILOpCode code) => code switch
    {
        ILOpCode.Conv_r4 => StackEntry.Float,
        ILOpCode.Conv_r8 or ILOpCode.Conv_r_un => StackEntry.Double,
        ILOpCode.Conv_i8 or ILOpCode.Conv_u8 or ILOpCode.Conv_ovf_i8 or ILOpCode.Conv_ovf_u8
            or ILOpCode.Conv_ovf_i8_un or ILOpCode.Conv_ovf_u8_un => StackEntry.Long,
        ILOpCode.Conv_i or ILOpCode.Conv_u or ILOpCode.Conv_ovf_i or ILOpCode.Conv_ovf_u
            or ILOpCode.Conv_ovf_i_un or ILOpCode.Conv_ovf_u_un => StackEntry.Native,
        ILOpCode.Conv_i1 or ILOpCode.Conv_i2 or ILOpCode.Conv_i4 or ILOpCode.Conv_u1 or ILOpCode.Conv_u2 or ILOpCode.Conv_u4 => StackEntry.Int,
        >= ILOpCode.Conv_ovf_i1_un and <= ILOpCode.Conv_ovf_u4_un => StackEntry.Int,
        >= ILOpCode.Conv_ovf_i1 and <= ILOpCode.Conv_ovf_u4 => StackEntry.Int,
        _ => null,
    };

    private static StackEntry FieldAddress(FieldInfo field, StackEntry of) => of switch
    {
        { Place: { } place } => StackEntry.Reference(field.FieldType, Target.Place, place with { Path = place.Path.Add(field) }),
        { Target: Target.Memory } => StackEntry.Reference(field.FieldType, Target.Memory),
        _ => StackEntry.Reference(field.FieldType, Target.Unknown),
    };

    private static void Binary(Stack<StackEntry> stack)
    {
        var (right, left) = (stack.Pop(), stack.Pop());
        var result = left;
        if (left.IsReference || right.IsReference)
        {
            // An offset into memory that stays where it is stays there.
            var reference = left.IsReference ? left : right;
            result = reference.Target == Target.Memory ? reference : reference with { Target = Target.Unknown, Place = null };
        }
        else if (left == StackEntry.Native || right == StackEntry.Native)
        {
            result = StackEntry.Native;
        }
        else if (left == StackEntry.Double || right == StackEntry.Double)
        {
            result = StackEntry.Double;
        }
        stack.Push(result);
    }

    private static void Replace(Stack<StackEntry> stack, int count, StackEntry result)
    {
        Drop(stack, count);
        stack.Push(result);
    }

    private static void Drop(Stack<StackEntry> stack, int count)
    {
        for (var i = 0; i < count; i++)
            stack.Pop();
    }
}
