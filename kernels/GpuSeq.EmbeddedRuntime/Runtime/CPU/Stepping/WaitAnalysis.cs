using System.Reflection;
using System.Reflection.Metadata;
using GpuSeq.EmbeddedRuntime.IL;

namespace ILGPU.Runtime.CPU.Stepping;

/// <summary>Finds the methods in which lanes wait for each other, themselves or through what they call.</summary>
internal sealed class WaitAnalysis
{
    private readonly Dictionary<MethodBase, bool> _known = [];
    private readonly Dictionary<MethodBase, MethodIL?> _bodies = [];

    /// <summary>The instructions of a method, read once.</summary>
    public MethodIL? Body(MethodBase method)
    {
        if (!_bodies.TryGetValue(method, out var body))
            _bodies[method] = body = MethodIL.Read(method);
        return body;
    }

    /// <summary>Whether lanes wait in a method. One that calls itself is looked into once.</summary>
    public bool Waits(MethodBase method)
    {
        if (_known.TryGetValue(method, out var known))
            return known;
        _known[method] = false;
        return _known[method] = KernelApi.Waits(method) || KernelApi.IsKernelCode(method) && CallsWait(method);
    }

    private bool CallsWait(MethodBase method)
    {
        if (Body(method) is not { } body)
            return false;
        Type? constraint = null;
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Code == ILOpCode.Constrained)
            {
                constraint = (Type)instruction.Operand!;
                continue;
            }
            if (instruction.Code is ILOpCode.Call or ILOpCode.Callvirt or ILOpCode.Newobj
                && Waits(Target((MethodBase)instruction.Operand!, constraint)))
            {
                return true;
            }
            constraint = null;
        }
        return false;
    }

    /// <summary>The method that a call reaches, as far as it is known before the call.</summary>
    public static MethodBase Target(MethodBase method, Type? constraint) =>
        constraint is not null && method is MethodInfo info && MethodIL.ResolveConstrained(constraint, info) is { } target ? target : method;
}
