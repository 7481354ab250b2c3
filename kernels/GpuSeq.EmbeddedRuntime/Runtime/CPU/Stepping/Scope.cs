using System.Reflection.Emit;
using GpuSeq.EmbeddedRuntime.IL;

namespace ILGPU.Runtime.CPU.Stepping;

/// <summary>A method that is being copied into the rewritten kernel: the kernel itself, or one that it calls and that waits.</summary>
internal sealed class Scope(Scope? parent, MethodIL body, StackEntry[] arguments, Variable?[] argumentVariables)
{
    public Scope? Parent { get; } = parent;

    public MethodIL Body { get; } = body;

    /// <summary>What is known of the arguments; a place stands for the argument wherever it is used.</summary>
    public StackEntry[] Arguments { get; } = arguments;

    /// <summary>Arguments that have variables of their own.</summary>
    public Variable?[] ArgumentVariables { get; } = argumentVariables;

    public Variable[] Locals { get; } = [.. body.Locals.Select(type => new Variable(type))];

    public Variable? Result { get; } = body.ReturnType == typeof(void) || parent is null ? null : new Variable(body.ReturnType);

    /// <summary>What the caller had on its stack below the arguments.</summary>
    public List<Variable> CallerStack { get; } = [];

    /// <summary>Where calls return to.</summary>
    public Label End { get; set; }

    public Dictionary<int, Label> Labels { get; } = [];

    /// <summary>The stack at places that branches go to.</summary>
    public Dictionary<int, StackEntry[]> Stacks { get; } = [];

    public IEnumerable<Variable> Variables => Locals.Concat(ArgumentVariables.OfType<Variable>()).Concat(CallerStack);
}
