using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuSeq.EmbeddedRuntime.IL;

/// <summary>Reads a kernel and what it calls, and notes where a rule is broken.</summary>
internal sealed class KernelWalker(MethodInfo kernel, bool isExplicit, bool isCpuOnly)
{
    private const long SharedMemoryBytes = 48 * 1024;

    private readonly List<KernelViolation> _violations = [];
    private readonly HashSet<MethodBase> _seen = [];
    private readonly HashSet<MethodBase> _path = [];
    private long _sharedBytes;

    public IReadOnlyList<KernelViolation> Walk()
    {
        if (!kernel.IsStatic)
        {
            Report(kernel, -1, KernelRule.NotStatic, "an instance method, as lambdas are");
            return _violations;
        }
        if (!isExplicit && kernel.GetParameters() is [{ ParameterType: var index }, ..] && index == typeof(LongIndex1D))
            Report(kernel, -1, KernelRule.LongIndex, $"an index of type {index.Name}");
        foreach (var parameter in kernel.GetParameters().Where(parameter => !TypeRules.IsVisible(parameter.ParameterType)))
            Report(kernel, -1, KernelRule.HiddenType, $"a parameter of type {parameter.ParameterType.Name}");
        Walk(kernel);
        return _violations;
    }

    private void Walk(MethodBase method)
    {
        if (!_seen.Add(method))
            return;
        _path.Add(method);
        CheckTypes(method, MethodIL.ArgumentsOf(method), "a parameter");
        if (method is MethodInfo info)
            CheckTypes(method, [info.ReturnType], "a result");
        if (MethodIL.Read(method) is { } body)
            Walk(body);
        else
            Report(method, -1, KernelRule.LibraryCall, "a method without instructions");
        _path.Remove(method);
    }

    private void Walk(MethodIL body)
    {
        CheckTypes(body.Method, body.Locals, "a variable");
        if (body.Handlers.Count > 0)
            Report(body.Method, body.Handlers[0].TryOffset, KernelRule.Exception, "an exception handler");
        Type? constraint = null;
        for (var i = 0; i < body.Instructions.Count; i++)
        {
            var instruction = body.Instructions[i];
            if (instruction.Code == ILOpCode.Constrained)
            {
                constraint = (Type)instruction.Operand!;
                continue;
            }
            if (instruction.Code is ILOpCode.Call or ILOpCode.Callvirt or ILOpCode.Newobj)
                CheckCall(body, i, (MethodBase)instruction.Operand!, constraint);
            else if (CheckInstruction(body, i) is var (rule, detail))
                Report(body.Method, instruction.Offset, rule, detail);
            constraint = null;
        }
    }

    private static (KernelRule Rule, string Detail)? CheckInstruction(MethodIL body, int number)
    {
        var instruction = body.Instructions[number];
        return instruction.Code switch
        {
            ILOpCode.Throw or ILOpCode.Rethrow => (KernelRule.Exception, "throw"),
            ILOpCode.Localloc => (KernelRule.StackAllocation, "stackalloc"),
            ILOpCode.Ldstr => (KernelRule.String, $"the text \"{instruction.Operand}\""),
            ILOpCode.Ldftn or ILOpCode.Ldvirtftn => (KernelRule.Delegate, $"a delegate of {KernelApi.Name((MethodBase)instruction.Operand!)}"),
            ILOpCode.Calli => (KernelRule.Delegate, "a call through a function pointer"),
            ILOpCode.Box or ILOpCode.Unbox or ILOpCode.Unbox_any or ILOpCode.Castclass or ILOpCode.Isinst =>
                (KernelRule.ReferenceType, $"{instruction.OpCode.Name} {instruction.Operand}"),
            ILOpCode.Ldelem_ref or ILOpCode.Stelem_ref or ILOpCode.Ldind_ref or ILOpCode.Stind_ref =>
                (KernelRule.ReferenceType, $"{instruction.OpCode.Name}"),
            ILOpCode.Newarr when Constant(body, number - 1) is null => (KernelRule.DynamicSize, "an array whose size is not a constant"),
            ILOpCode.Stsfld => (KernelRule.MutableStatic, $"a store to {KernelApi.Name((FieldInfo)instruction.Operand!)}"),
            ILOpCode.Ldsfld or ILOpCode.Ldsflda => CheckStatic((FieldInfo)instruction.Operand!),
            ILOpCode.Cpblk or ILOpCode.Initblk or ILOpCode.Cpobj or ILOpCode.Ckfinite or ILOpCode.Jmp or ILOpCode.Arglist
                or ILOpCode.Mkrefany or ILOpCode.Refanyval or ILOpCode.Refanytype =>
                (KernelRule.Instruction, $"{instruction.OpCode.Name}"),
            _ => null,
        };
    }

    private static (KernelRule Rule, string Detail)? CheckStatic(FieldInfo field)
    {
        if (field.FieldType.IsArray)
            return (KernelRule.StaticArray, KernelApi.Name(field));
        if (!field.IsInitOnly)
            return (KernelRule.MutableStatic, KernelApi.Name(field));
        return TypeRules.Check(field.FieldType) is { } rule ? (rule, KernelApi.Name(field)) : null;
    }

    private void CheckCall(MethodIL body, int number, MethodBase method, Type? constraint)
    {
        var instruction = body.Instructions[number];
        var target = constraint is not null && method is MethodInfo info ? MethodIL.ResolveConstrained(constraint, info) : method;
        if (target is null || target.IsAbstract)
            Report(KernelRule.VirtualCall, $"{KernelApi.Name(method)} on {constraint?.Name ?? method.DeclaringType?.Name}");
        else if (CheckTarget(target, instruction.Code, constraint is not null) is { } rule)
            Report(rule, KernelApi.Name(target));
        else if (KernelApi.IsRuntime(target))
            CheckRuntimeCall(body, number, target);
        else if (_path.Contains(target))
            Report(KernelRule.Recursion, KernelApi.Name(target));
        else if (!KernelApi.IsIntrinsic(target) && !KernelApi.IsKnownFramework(target))
            Walk(target);

        void Report(KernelRule rule, string detail) => this.Report(body.Method, instruction.Offset, rule, detail);
    }

    // What a call breaks by its target alone.
    private KernelRule? CheckTarget(MethodBase target, ILOpCode code, bool isConstrained)
    {
        var type = target.DeclaringType!;
        if (KernelApi.IsIntrinsic(target))
            return !target.IsPublic || !target.IsStatic ? KernelRule.HiddenIntrinsic : isCpuOnly ? null : KernelRule.Intrinsic;
        if (type == typeof(Unsafe))
            return KernelRule.Unsafe;
        if ((type == typeof(Math) || type == typeof(MathF)) && target.Name == nameof(MathF.FusedMultiplyAdd))
            return KernelRule.FusedMultiplyAdd;
        if (code == ILOpCode.Newobj && !type.IsValueType || typeof(Delegate).IsAssignableFrom(type))
            return TypeRules.Check(type) ?? KernelRule.ReferenceType;
        if (KernelApi.IsFramework(target) && TypeRules.Check(type) is KernelRule.Span or KernelRule.Half or KernelRule.String)
            return TypeRules.Check(type);
        if (code == ILOpCode.Callvirt && !isConstrained && !type.IsValueType)
            return KernelRule.VirtualCall;
        if (KernelApi.IsFramework(target) && !KernelApi.IsKnownFramework(target) && !KernelApi.IsReadableFramework(target))
            return KernelRule.LibraryCall;
        return null;
    }

    private void CheckRuntimeCall(MethodIL body, int number, MethodBase target)
    {
        var offset = body.Instructions[number].Offset;
        if (!KernelApi.IsForKernels(target))
            Report(body.Method, offset, KernelRule.HostApi, KernelApi.Name(target));
        if (!isExplicit && KernelApi.NeedsGroup(target))
            Report(body.Method, offset, KernelRule.GroupInImplicitKernel, KernelApi.Name(target));
        if (target.Name != nameof(SharedMemory.Allocate) || target is not MethodInfo { IsGenericMethod: true } allocation
            || target.DeclaringType != typeof(SharedMemory) && target.DeclaringType != typeof(LocalMemory))
        {
            return;
        }
        var extent = allocation.GetParameters().Length == 0 ? 1 : Constant(body, number - 1);
        if (extent is null)
            Report(body.Method, offset, KernelRule.DynamicSize, $"{KernelApi.Name(target)} with a size that is not a constant");
        else if (target.DeclaringType == typeof(SharedMemory))
            CountShared(body.Method, offset, extent.Value * SizeOf(allocation.GetGenericArguments()[0]));
    }

    private void CountShared(MethodBase method, int offset, long bytes)
    {
        var before = _sharedBytes;
        _sharedBytes += bytes;
        if (before <= SharedMemoryBytes && _sharedBytes > SharedMemoryBytes)
            Report(method, offset, KernelRule.SharedMemorySize, $"{_sharedBytes} of {SharedMemoryBytes} bytes");
    }

    // The number that an instruction loads: itself, or through a member that returns nothing but a constant.
    private static long? Constant(MethodIL body, int number)
    {
        if (number < 0)
            return null;
        var instruction = body.Instructions[number];
        if (instruction.Code == ILOpCode.Ldc_i4)
            return (int)instruction.Operand!;
        if (instruction.Code is >= ILOpCode.Conv_i1 and <= ILOpCode.Conv_i8)
            return Constant(body, number - 1);
        if (instruction is not { Code: ILOpCode.Call, Operand: MethodInfo { IsStatic: true } method } || method.GetParameters().Length > 0)
            return null;
        var target = number > 0 && body.Instructions[number - 1] is { Code: ILOpCode.Constrained, Operand: Type type }
            ? MethodIL.ResolveConstrained(type, method)
            : method;
        var getter = target is null ? null : MethodIL.Read(target);
        return getter is { Instructions: [_, { Code: ILOpCode.Ret }] } ? Constant(getter, 0) : null;
    }

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private void CheckTypes(MethodBase method, IEnumerable<Type> types, string what)
    {
        foreach (var type in types)
        {
            if (TypeRules.Check(type) is { } rule)
                Report(method, -1, rule, $"{what} of type {type.Name}");
        }
    }

    private void Report(MethodBase method, int offset, KernelRule rule, string detail)
    {
        var violation = new KernelViolation(kernel, method, offset, rule, detail);
        if (!_violations.Contains(violation))
            _violations.Add(violation);
    }
}
