using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using GpuSeq.EmbeddedRuntime.IL;

namespace ILGPU.Runtime.CPU.Stepping;

/// <summary>
/// Rewrites a kernel so that a lane that waits leaves it and enters it again later at the same place, on any thread and
/// without a stack of its own: <c>void Step(LaneContext lane, object frames, arguments...)</c>. What is alive where a lane
/// waits is kept in the lane's frame; <see cref="LaneContext.Resume"/> says where it goes on.
/// </summary>
/// <remarks>
/// Methods that wait are copied into the kernel, all others are called as they are. Instructions are copied one by one
/// while the types on the evaluation stack are followed, because what is on the stack at a wait has to be kept too.
/// References are kept where they refer to a view's memory, and taken anew where they refer to a variable; anything else
/// (an element of an array, an exception handler around a wait) is not supported.
/// </remarks>
internal sealed partial class StepRewriter
{
    private const int FirstArgument = 2;

    private readonly WaitAnalysis _analysis = new();
    private readonly MethodInfo _kernel;
    private readonly HashSet<int> _changingArguments = [];
    private readonly List<Action<ILGenerator>> _code = [];
    private readonly List<Variable> _variables = [];
    private readonly Dictionary<Variable, LocalBuilder> _locals = [];
    private readonly List<Variable> _kept = [];
    private readonly List<Label> _resumes = [];
    private readonly DynamicMethod _method;
    private readonly ILGenerator _il;
    private readonly Stack<StackEntry> _stack = [];
    private FrameType _frame = null!;
    private LocalBuilder _frameAddress = null!;

    private StepRewriter(MethodInfo kernel)
    {
        _kernel = kernel;
        Type[] parameters = [typeof(LaneContext), typeof(object), .. kernel.GetParameters().Select(parameter => parameter.ParameterType)];
        _method = new DynamicMethod(kernel.Name, typeof(void), parameters, typeof(LaneContext).Module, skipVisibility: true);
        _il = _method.GetILGenerator();
    }

    /// <summary>Rewrites a kernel.</summary>
    /// <returns>The rewritten kernel, or null where no lane waits in it.</returns>
    /// <exception cref="NotSupportedException">It contains something that cannot be kept while a lane waits.</exception>
    public static KernelSteps? Rewrite(MethodInfo kernel)
    {
        var rewriter = new StepRewriter(kernel);
        return rewriter._analysis.Waits(kernel) ? rewriter.Rewrite() : null;
    }

    private KernelSteps Rewrite()
    {
        var body = _analysis.Body(_kernel)!;
        FindChangingArguments(body);
        var scope = EnterKernel(body);
        Copy(scope);
        if (_kept.Find(variable => variable.Type.IsByRefLike || variable.RefersTo is Target.Unknown or Target.Place) is { } reference)
            throw new NotSupportedException($"A variable of type {reference.Type} may refer to memory that moves while the lane waits.");
        Generate();
        var parameters = _kernel.GetParameters().Select(parameter => parameter.ParameterType);
        Type[] types = [typeof(LaneContext), typeof(object), .. parameters];
        return new(_method.CreateDelegate(System.Linq.Expressions.Expression.GetActionType(types)), _frame);
    }

    // Arguments come anew with every step, so those that the kernel changes need variables.
    private void FindChangingArguments(MethodIL body)
    {
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Code == ILOpCode.Starg)
                _changingArguments.Add((int)instruction.Operand!);
            else if (instruction.Code == ILOpCode.Ldarga && !IsReadOnly(body.Arguments[(int)instruction.Operand!]))
                _changingArguments.Add((int)instruction.Operand!);
        }
    }

    private static bool IsReadOnly(Type type) =>
        type.IsDefined(typeof(System.Runtime.CompilerServices.IsReadOnlyAttribute), inherit: false);

    private Scope EnterKernel(MethodIL body)
    {
        var arguments = new StackEntry[body.Arguments.Count];
        var variables = new Variable?[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = StackEntry.Of(body.Arguments[i]);
            if (!_changingArguments.Contains(i))
                continue;
            var variable = variables[i] = Declare(body.Arguments[i]);
            var number = (short)(i + FirstArgument);
            Emit(il => il.Emit(OpCodes.Ldarg, number));
            Emit(il => il.Emit(OpCodes.Stloc, _locals[variable]));
        }
        return new(null, body, arguments, variables);
    }

    private void Copy(Scope scope)
    {
        if (scope.Body.Handlers.Count > 0)
            throw new NotSupportedException($"{scope.Body.Method} waits for other lanes and has exception handlers.");
        for (var ancestor = scope.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            if (ancestor.Body.Method == scope.Body.Method)
                throw new NotSupportedException($"{scope.Body.Method} waits for other lanes and calls itself.");
        }
        _variables.AddRange(scope.Locals);
        if (scope.Result is { } result)
            _variables.Add(result);
        scope.End = _il.DefineLabel();
        foreach (var instruction in scope.Body.Instructions)
        {
            foreach (var target in BranchTargets(instruction))
                scope.Labels.TryAdd(target, _il.DefineLabel());
        }

        var reachable = true;
        Type? constraint = null;
        foreach (var instruction in scope.Body.Instructions)
        {
            EnterLabel(scope, instruction.Offset, ref reachable);
            if (!reachable)
                continue;
            if (instruction.Code == ILOpCode.Constrained)
            {
                constraint = (Type)instruction.Operand!;
                continue;
            }
            reachable = CopyInstruction(scope, instruction, constraint);
            constraint = null;
        }
        _stack.Clear();
    }

    private void EnterLabel(Scope scope, int offset, ref bool reachable)
    {
        if (!scope.Labels.TryGetValue(offset, out var label))
            return;
        if (scope.Stacks.TryGetValue(offset, out var stack))
        {
            if (reachable)
                stack = Merge(stack, StackEntries());
            SetStack(stack);
        }
        else if (!reachable)
        {
            _stack.Clear(); // a branch from below comes here, with nothing on the stack
        }
        else if (_stack.Count > 0)
        {
            scope.Stacks[offset] = StackEntries();
        }
        reachable = true;
        Emit(il => il.MarkLabel(label));
    }

    /// <returns>Whether the next instruction can be reached from this one.</returns>
    private bool CopyInstruction(Scope scope, ILInstruction instruction, Type? constraint)
    {
        switch (instruction.Code)
        {
            case ILOpCode.Ldarg or ILOpCode.Ldarga or ILOpCode.Starg or ILOpCode.Ldloc or ILOpCode.Ldloca or ILOpCode.Stloc:
                CopyAccess(scope, instruction);
                return true;
            case ILOpCode.Call or ILOpCode.Callvirt or ILOpCode.Newobj:
                CopyCall(scope, instruction, (MethodBase)instruction.Operand!, constraint);
                return true;
            case ILOpCode.Tail:
                return true;
            case ILOpCode.Ret:
                CopyReturn(scope);
                return false;
            case ILOpCode.Throw:
                Emit(il => il.Emit(OpCodes.Throw));
                _stack.Clear();
                return false;
            case ILOpCode.Switch:
                _stack.Pop();
                Branch(scope, instruction);
                return true;
            case var _ when instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch:
                for (var i = instruction.OpCode.StackBehaviourPop is StackBehaviour.Pop0 ? 0 : IsComparison(instruction) ? 2 : 1; i > 0; i--)
                    _stack.Pop();
                Branch(scope, instruction);
                return instruction.OpCode.FlowControl == FlowControl.Cond_Branch;
            default:
                StackEffects.Apply(instruction, _stack);
                Emit(il => EmitInstruction(il, instruction));
                return true;
        }
    }

    private static bool IsComparison(ILInstruction instruction) => instruction.Code is >= ILOpCode.Beq and <= ILOpCode.Blt_un;

    private void Branch(Scope scope, ILInstruction instruction)
    {
        var targets = BranchTargets(instruction);
        foreach (var target in targets)
        {
            if (target <= instruction.Offset && _stack.Count > 0)
                throw new NotSupportedException($"{scope.Body.Method} branches back with values on the stack.");
            if (target > instruction.Offset && _stack.Count > 0)
                scope.Stacks[target] = scope.Stacks.TryGetValue(target, out var known) ? Merge(known, StackEntries()) : StackEntries();
        }
        var labels = targets.Select(target => scope.Labels[target]).ToArray();
        if (instruction.Code == ILOpCode.Switch)
            Emit(il => il.Emit(OpCodes.Switch, labels));
        else
            Emit(il => il.Emit(instruction.OpCode, labels[0]));
    }

    private void CopyReturn(Scope scope)
    {
        if (scope.Parent is null)
        {
            Emit(il => il.Emit(OpCodes.Ret));
        }
        else
        {
            if (scope.Result is { } result)
                Store(result, _stack.Pop());
            var end = scope.End;
            Emit(il => il.Emit(OpCodes.Br, end));
        }
        _stack.Clear();
    }

    private void CopyAccess(Scope scope, ILInstruction instruction)
    {
        var number = (int)instruction.Operand!;
        var isLocal = instruction.Code is ILOpCode.Ldloc or ILOpCode.Ldloca or ILOpCode.Stloc;
        var variable = isLocal ? scope.Locals[number] : scope.ArgumentVariables[number];
        if (instruction.Code is ILOpCode.Stloc or ILOpCode.Starg)
        {
            Store(variable ?? throw new NotSupportedException($"{scope.Body.Method} changes a reference argument."), _stack.Pop());
        }
        else if (instruction.Code is ILOpCode.Ldloc or ILOpCode.Ldarg)
        {
            if (variable is not null)
                Load(variable);
            else if (scope.Arguments[number].Place is { } place)
                LoadAddress(place, scope.Arguments[number].Type.GetElementType()!);
            else
                LoadArgument(number);
        }
        else if (variable is not null)
        {
            LoadAddress(new(variable, 0, []), variable.Type);
        }
        else
        {
            LoadAddress(new(null, number, []), scope.Body.Arguments[number]);
        }
    }

    private void LoadArgument(int number)
    {
        _stack.Push(StackEntry.Of(_kernel.GetParameters()[number].ParameterType));
        Emit(il => il.Emit(OpCodes.Ldarg, (short)(number + FirstArgument)));
    }

    private void Load(Variable variable)
    {
        var entry = StackEntry.Of(variable.Type);
        _stack.Push(entry.IsReference ? entry with { Target = variable.RefersTo ?? Target.Unknown } : entry);
        Emit(il => il.Emit(OpCodes.Ldloc, _locals[variable]));
    }

    private void Store(Variable variable, StackEntry value)
    {
        if (variable.Type.IsByRef)
            variable.Store(value.Target);
        Emit(il => il.Emit(OpCodes.Stloc, _locals[variable]));
    }

    private void LoadAddress(Place place, Type type)
    {
        _stack.Push(StackEntry.Reference(type, Target.Place, place));
        Emit(il =>
        {
            if (place.Variable is { } variable)
                il.Emit(OpCodes.Ldloca, _locals[variable]);
            else
                il.Emit(OpCodes.Ldarga, (short)(place.Argument + FirstArgument));
            foreach (var field in place.Path)
                il.Emit(OpCodes.Ldflda, field);
        });
    }

    private Variable Declare(Type type)
    {
        var variable = new Variable(type);
        _variables.Add(variable);
        return variable;
    }

    private void Emit(Action<ILGenerator> code) => _code.Add(code);

    private StackEntry[] StackEntries() => [.. _stack.Reverse()];

    private void SetStack(StackEntry[] entries)
    {
        _stack.Clear();
        foreach (var entry in entries)
            _stack.Push(entry);
    }

    private static StackEntry[] Merge(StackEntry[] left, StackEntry[] right) => [.. left.Zip(right, StackEntry.Merge)];

    private static int[] BranchTargets(ILInstruction instruction) => instruction switch
    {
        { Code: ILOpCode.Switch } => (int[])instruction.Operand!,
        { OpCode.OperandType: OperandType.InlineBrTarget or OperandType.ShortInlineBrTarget } => [(int)instruction.Operand!],
        _ => [],
    };
}
