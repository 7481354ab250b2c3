using System.Reflection.Metadata;
using GpuSeq.EmbeddedRuntime.IL;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <content>Loops that count from a constant to a constant. Unrolled, they keep the local arrays that they index in registers.</content>
internal sealed partial class MethodTranslator
{
    private const int MostUnrolled = 32;

    /// <summary>A loop whose condition stands after its body.</summary>
    /// <param name="End">Where the three instructions of the condition stand.</param>
    /// <param name="Condition">The condition in C.</param>
    /// <param name="Trips">How often the body runs.</param>
    private readonly record struct Loop(int End, string Condition, long Trips);

    // ldc begin; stloc v; br end; body: ...; ldloc v; ldc step; add; stloc v; end: ldloc v; ldc limit; blt body
    private static Dictionary<int, Loop> FindLoops(IReadOnlyList<ILInstruction> code)
    {
        var loops = new Dictionary<int, Loop>();
        for (var i = 2; i < code.Count; i++)
        {
            if (code[i].Code != ILOpCode.Br || code[i - 1].Code != ILOpCode.Stloc || code[i - 2].Code != ILOpCode.Ldc_i4)
                continue;
            var end = IndexOf(code, (int)code[i].Operand!);
            if (end < i + 5 || end + 2 >= code.Count || !Counts(code, i, end))
                continue;
            var (begin, step, limit) = ((int)code[i - 2].Operand!, (int)code[end - 3].Operand!, (int)code[end + 1].Operand!);
            if (step > 0 && IsClosed(code, i, end))
                loops[i] = new(end, $"v{code[end].Operand} < {limit}", ((long)limit - begin + step - 1) / step);
        }
        return loops;
    }

    private static bool Counts(IReadOnlyList<ILInstruction> code, int branch, int end)
    {
        var variable = (int)code[branch - 1].Operand!;
        return Is(end, ILOpCode.Ldloc) && code[end + 1].Code == ILOpCode.Ldc_i4
            && code[end + 2].Code == ILOpCode.Blt && (int)code[end + 2].Operand! == code[branch + 1].Offset
            && Is(end - 4, ILOpCode.Ldloc) && code[end - 3].Code == ILOpCode.Ldc_i4
            && code[end - 2].Code == ILOpCode.Add && Is(end - 1, ILOpCode.Stloc)
            && !Enumerable.Range(branch, end - 1 - branch).Any(i => Is(i, ILOpCode.Stloc) || Is(i, ILOpCode.Ldloca));

        bool Is(int i, ILOpCode wanted) => code[i].Code == wanted && (int)code[i].Operand! == variable;
    }

    // Whether the loop is entered at its head alone.
    private static bool IsClosed(IReadOnlyList<ILInstruction> code, int branch, int end)
    {
        var (first, last) = (code[branch + 1].Offset, code[end + 2].Offset);
        for (var i = 0; i < code.Count; i++)
        {
            var isInside = i > branch && i < end;
            if (i == branch || i == end + 2 || !IsBranch(code[i]))
                continue;
            if (Targets(code[i]).Any(target => target >= first && target <= last && (!isInside || target == code[end].Offset)))
                return false;
        }
        return true;
    }

    private static int IndexOf(IReadOnlyList<ILInstruction> code, int offset)
    {
        for (var i = 0; i < code.Count; i++)
        {
            if (code[i].Offset == offset)
                return i;
        }
        return -1;
    }
}
