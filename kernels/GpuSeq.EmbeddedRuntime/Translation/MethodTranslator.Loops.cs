using System.Reflection;
using System.Reflection.Metadata;
using GpuSeq.EmbeddedRuntime.IL;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <content>
/// Short counted loops with constant bounds are written out, their counter a constant in each round: so local arrays are indexed
/// by constants, and device compilers keep them in registers.
/// </content>
internal sealed partial class MethodTranslator
{
    private const int MostInstructions = 8192; // of a loop that is written out
    private const int MostRounds = 0;

    private readonly Dictionary<int, CountedLoop?> _loops = []; // by the number of the branch to the condition
    private readonly List<Round> _rounds = []; // that are being written, from the outermost
    private readonly Dictionary<int, int> _counters = []; // the values of counters in these rounds

    /// <summary>for (counter = First; counter &lt; Bound; counter += Step), as C# compiles it.</summary>
    /// <param name="Counter">The local variable.</param>
    /// <param name="First">Its first value.</param>
    /// <param name="Bound">The value that it does not reach.</param>
    /// <param name="Step">What is added to it.</param>
    /// <param name="Body">The number of the body's first instruction.</param>
    /// <param name="Increment">The number of the first of four instructions that add the step; the condition follows them.</param>
    /// <param name="Next">The number of the first instruction after the loop.</param>
    private sealed record CountedLoop(int Counter, int First, int Bound, int Step, int Body, int Increment, int Next)
    {
        public int Rounds => First >= Bound ? 0 : (Bound - First + Step - 1) / Step;
    }

    /// <summary>A round of a loop: its labels have a name of their own.</summary>
    private readonly record struct Round(int Begin, int End, int Number);

    // What stands in front of an instruction, in the rounds that it belongs to.
    private string Label(int offset)
    {
        var label = $"L{offset:x}";
        foreach (var round in _rounds)
        {
            if (offset >= round.Begin && offset < round.End)
                label += $"_{round.Number}";
        }
        return label;
    }

    private CountedLoop? LoopAt(int number)
    {
        if (!_loops.TryGetValue(number, out var loop))
        {
            loop = FindLoop(number);
            if (loop is not null && (loop.Rounds > MostRounds || Cost(loop) > MostInstructions))
                loop = null;
            _loops[number] = loop;
        }
        return loop;
    }

    private long Cost(CountedLoop loop)
    {
        long cost = 0;
        for (var i = loop.Body; i < loop.Increment; i++)
        {
            if (LoopAt(i) is { } inner)
            {
                cost += Cost(inner);
                i = inner.Next - 1;
            }
            else
            {
                cost++;
            }
        }
        return cost * loop.Rounds;
    }

    // ldc first; stloc counter; br condition; body; ldloc counter; ldc step; add; stloc counter; condition: ldloc counter; bound; blt body.
    private CountedLoop? FindLoop(int number)
    {
        var code = _il.Instructions;
        if (number < 2 || code[number].Code != ILOpCode.Br || number + 1 >= code.Count
            || code[number - 1] is not { Code: ILOpCode.Stloc, Operand: int counter }
            || code[number - 2] is not { Code: ILOpCode.Ldc_i4, Operand: int first }
            || _isShown[counter] || _il.Locals[counter] != typeof(int))
        {
            return null;
        }
        var condition = NumberAt((int)code[number].Operand!);
        var body = number + 1;
        if (condition < body + 4 || !IsLoad(condition, counter) || ConstantFrom(condition + 1, out var branch) is not { } bound
            || branch >= code.Count || code[branch].Code != ILOpCode.Blt || (int)code[branch].Operand! != code[body].Offset)
        {
            return null;
        }
        var increment = condition - 4;
        if (!IsLoad(increment, counter) || code[increment + 1] is not { Code: ILOpCode.Ldc_i4, Operand: int and > 0 and var step }
            || code[increment + 2].Code != ILOpCode.Add || code[increment + 3] is not { Code: ILOpCode.Stloc, Operand: var stored }
            || (int)stored! != counter)
        {
            return null;
        }
        for (var i = body; i < increment; i++)
        {
            if (code[i].Code == ILOpCode.Stloc && (int)code[i].Operand! == counter)
                return null;
        }
        // Nobody jumps in from outside.
        var (begin, end) = (code[body].Offset, code[branch].Offset);
        for (var i = 0; i < code.Count; i++)
        {
            if (i == number || i >= body && i <= branch || !IsBranch(code[i]))
                continue;
            if (Targets(code[i]).Any(target => target >= begin && target <= end))
                return null;
        }
        return new(counter, first, bound, step, body, increment, branch + 1);
    }

    private bool IsLoad(int number, int local) => _il.Instructions[number] is { Code: ILOpCode.Ldloc, Operand: int other } && other == local;

    private int NumberAt(int offset)
    {
        var (low, high) = (0, _il.Instructions.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _il.Instructions[middle].Offset < offset ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    // A constant, or a call of a member that returns nothing but one; and the number of the instruction after it.
    private int? ConstantFrom(int number, out int next)
    {
        var code = _il.Instructions;
        next = number + 1;
        if (number >= code.Count)
            return null;
        if (code[number] is { Code: ILOpCode.Ldc_i4, Operand: int value })
            return value;
        Type? constraint = null;
        if (code[number] is { Code: ILOpCode.Constrained, Operand: Type type })
        {
            constraint = type;
            number++;
            next++;
        }
        if (code[number] is not { Code: ILOpCode.Call, Operand: MethodInfo { IsStatic: true } method } || method.GetParameters().Length > 0)
            return null;
        return ConstantOf(constraint is null ? method : MethodIL.ResolveConstrained(constraint, method));
    }

    // What a method returns, where that is a constant.
    private static int? ConstantOf(MethodInfo? method) =>
        method is not null && MethodIL.Read(method) is { Instructions: [{ Code: ILOpCode.Ldc_i4, Operand: int value }, { Code: ILOpCode.Ret }] }
            ? value
            : null;

    private static bool IsBranch(ILInstruction instruction) => instruction.OpCode.FlowControl
        is System.Reflection.Emit.FlowControl.Branch or System.Reflection.Emit.FlowControl.Cond_Branch;

    private void WriteOut(CountedLoop loop)
    {
        var code = _il.Instructions;
        var (begin, end) = (code[loop.Body].Offset, code[loop.Next - 1].Offset + 1);
        for (var round = 0; round < loop.Rounds; round++)
        {
            _rounds.Add(new(begin, end, round));
            _counters[loop.Counter] = loop.First + round * loop.Step;
            var isReachable = Run(loop.Body, loop.Increment);
            _counters.Remove(loop.Counter);
            Enter(code[loop.Increment].Offset, isReachable); // where continue goes
            _rounds.RemoveAt(_rounds.Count - 1);
        }
        _declared.Add($"v{loop.Counter}");
        _text.Append($"    v{loop.Counter} = {loop.First + loop.Rounds * loop.Step};\n");
    }
}
