using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using GpuSeq.EmbeddedRuntime.IL;

namespace ILGPU.Runtime.CPU.Stepping;

// Calls, and the places where lanes wait.
internal sealed partial class StepRewriter
{
    private static readonly MethodInfo PrepareWait = typeof(LaneContext).GetMethod(nameof(LaneContext.PrepareWait))!;
    private static readonly FieldInfo Resume = typeof(LaneContext).GetField(nameof(LaneContext.Resume))!;

    private void CopyCall(Scope scope, ILInstruction instruction, MethodBase method, Type? constraint)
    {
        if (instruction.Code != ILOpCode.Newobj)
        {
            var target = WaitAnalysis.Target(method, constraint);
            if (KernelApi.Waits(target))
            {
                CopyWait(scope, (MethodInfo)target);
                return;
            }
            if (_analysis.Waits(target))
            {
                Inline(scope, target);
                return;
            }
        }
        var arguments = Pop(MethodIL.ArgumentsOf(method).Count - (instruction.Code == ILOpCode.Newobj ? 1 : 0));
        CheckReferenceArguments(method, arguments);
        if (constraint is not null)
            Emit(il => il.Emit(OpCodes.Constrained, constraint));
        Emit(il => EmitInstruction(il, instruction));
        var returned = instruction.Code == ILOpCode.Newobj ? method.DeclaringType! : (method as MethodInfo)?.ReturnType ?? typeof(void);
        if (returned.IsByRef)
            _stack.Push(new(returned, ReturnedTarget(method, arguments)));
        else if (returned != typeof(void))
            _stack.Push(StackEntry.Of(returned));
    }

    private StackEntry[] Pop(int count)
    {
        var entries = new StackEntry[count];
        for (var i = count - 1; i >= 0; i--)
            entries[i] = _stack.Pop();
        return entries;
    }

    // A kernel argument that is not copied must not be handed to code that could change it.
    private void CheckReferenceArguments(MethodBase method, StackEntry[] arguments)
    {
        for (var i = method.IsStatic ? 0 : 1; i < arguments.Length; i++)
        {
            if (arguments[i].Place is { Variable: null })
                throw new NotSupportedException($"{_kernel} hands an argument by reference to {method}.");
        }
    }

    // What a returned reference can refer to: a view's memory, or what the arguments refer to.
    private static Target ReturnedTarget(MethodBase method, StackEntry[] arguments)
    {
        if (KernelApi.IsRuntime(method))
            return Target.Memory;
        var isMemory = arguments.All(argument =>
            argument.IsReference ? argument.Target == Target.Memory : argument.Type.IsValueType && !argument.Type.IsByRefLike);
        return isMemory ? Target.Memory : Target.Unknown;
    }

    // The runtime's method notes what the lane waits for, and returns; the lane leaves, and takes the result when it is back.
    private void CopyWait(Scope scope, MethodInfo method)
    {
        Pop(method.GetParameters().Length);
        Emit(il => il.Emit(OpCodes.Ldarg_0));
        Emit(il => il.Emit(OpCodes.Call, PrepareWait));
        Emit(il => il.Emit(OpCodes.Call, method));
        if (method.ReturnType != typeof(void))
            Emit(il => il.Emit(OpCodes.Pop));

        var below = SaveStack();
        var kept = below.Where(saved => saved.Variable is not null).Select(saved => saved.Variable!).ToList();
        for (var ancestor = scope; ancestor is not null; ancestor = ancestor.Parent)
            kept.AddRange(ancestor.Variables);
        foreach (var variable in kept.Where(variable => !variable.IsKept))
        {
            variable.IsKept = true;
            _kept.Add(variable);
        }
        var resume = _il.DefineLabel();
        _resumes.Add(resume);
        var number = _resumes.Count;
        Emit(il =>
        {
            foreach (var variable in kept)
                _frame.EmitSave(il, _frameAddress, _kept.IndexOf(variable), _locals[variable]);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, number);
            il.Emit(OpCodes.Stfld, Resume);
            il.Emit(OpCodes.Ret);
            il.MarkLabel(resume);
            foreach (var variable in kept)
                _frame.EmitRestore(il, _frameAddress, _kept.IndexOf(variable), _locals[variable]);
        });
        RestoreStack(below);
        if (method.ReturnType == typeof(void))
            return;
        Emit(il =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Call, ResultOf(method));
        });
        _stack.Push(StackEntry.Of(method.ReturnType));
    }

    private static MethodInfo ResultOf(MethodInfo method) => method.Name switch
    {
        nameof(Group.BarrierPopCount) => typeof(LaneContext).GetProperty(nameof(LaneContext.CountResult))!.GetMethod!,
        nameof(Group.BarrierAnd) => typeof(LaneContext).GetProperty(nameof(LaneContext.AndResult))!.GetMethod!,
        nameof(Group.BarrierOr) => typeof(LaneContext).GetProperty(nameof(LaneContext.OrResult))!.GetMethod!,
        _ => typeof(LaneContext).GetMethod(nameof(LaneContext.Taken))!.MakeGenericMethod(method.ReturnType),
    };

    // Copies a method that waits into the kernel.
    private void Inline(Scope scope, MethodBase method)
    {
        var body = _analysis.Body(method)!;
        var changed = body.Instructions.Where(one => one.Code is ILOpCode.Starg).Select(one => (int)one.Operand!).ToHashSet();
        var arguments = Pop(body.Arguments.Count);
        var variables = new Variable?[arguments.Length];
        for (var i = arguments.Length - 1; i >= 0; i--)
        {
            if (arguments[i].Place is not null && !changed.Contains(i))
            {
                Emit(il => il.Emit(OpCodes.Pop));
                continue;
            }
            variables[i] = Declare(body.Arguments[i]);
            Store(variables[i]!, arguments[i]);
        }
        var below = SaveStack();
        var inner = new Scope(scope, body, arguments, variables);
        inner.CallerStack.AddRange(below.Select(saved => saved.Variable).OfType<Variable>());
        Copy(inner);
        Emit(il => il.MarkLabel(inner.End));
        RestoreStack(below);
        if (inner.Result is { } result)
            Load(result);
    }

    // Moves what is on the stack to variables, the top first. Addresses of variables are not moved but taken again.
    private List<(StackEntry Entry, Variable? Variable)> SaveStack()
    {
        var saved = new List<(StackEntry, Variable?)>();
        while (_stack.TryPop(out var entry))
        {
            if (entry.Place is not null)
            {
                Emit(il => il.Emit(OpCodes.Pop));
                saved.Add((entry, null));
                continue;
            }
            var variable = Declare(entry.Type);
            Store(variable, entry);
            saved.Add((entry, variable));
        }
        return saved;
    }

    private void RestoreStack(List<(StackEntry Entry, Variable? Variable)> saved)
    {
        for (var i = saved.Count - 1; i >= 0; i--)
        {
            if (saved[i].Variable is { } variable)
                Load(variable);
            else
                LoadAddress(saved[i].Entry.Place!, saved[i].Entry.Type.GetElementType()!);
        }
    }

    private void Generate()
    {
        _frame = new FrameType([.. _kept.Select(variable => variable.Type)]);
        foreach (var variable in _variables)
            _locals[variable] = _il.DeclareLocal(variable.Type);
        _frameAddress = _frame.EmitLoad(_il);
        var start = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldfld, Resume);
        _il.Emit(OpCodes.Switch, [start, .. _resumes]);
        _il.MarkLabel(start);
        foreach (var code in _code)
            code(_il);
    }

    private static void EmitInstruction(ILGenerator il, ILInstruction instruction)
    {
        var code = instruction.OpCode;
        switch (instruction.Operand)
        {
            case null:
                il.Emit(code);
                break;
            case int number when code.OperandType == OperandType.ShortInlineI:
                il.Emit(code, (byte)number);
                break;
            case int number:
                il.Emit(code, number);
                break;
            case long number:
                il.Emit(code, number);
                break;
            case float number:
                il.Emit(code, number);
                break;
            case double number:
                il.Emit(code, number);
                break;
            case string text:
                il.Emit(code, text);
                break;
            case Type type:
                il.Emit(code, type);
                break;
            case FieldInfo field:
                il.Emit(code, field);
                break;
            case MethodInfo method:
                il.Emit(code, method);
                break;
            case ConstructorInfo constructor:
                il.Emit(code, constructor);
                break;
            default:
                throw new NotSupportedException($"{instruction} cannot be copied.");
        }
    }
}
