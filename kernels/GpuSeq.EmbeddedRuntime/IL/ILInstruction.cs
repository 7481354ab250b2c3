using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace GpuSeq.EmbeddedRuntime.IL;

/// <summary>
/// One instruction of a method. Short forms are given as their long forms: <c>ldloc.1</c> is <c>ldloc</c> with operand 1,
/// <c>br.s</c> is <c>br</c>.
/// </summary>
/// <param name="Offset">Where it begins, in bytes from the beginning of the method.</param>
/// <param name="OpCode">What it does.</param>
/// <param name="Operand">
/// What it works on: a number of the instruction's type, the number of an argument or local variable, the offset that a
/// branch goes to (an array of them for <c>switch</c>), a string, or the member that a token stands for.
/// </param>
public readonly record struct ILInstruction(int Offset, OpCode OpCode, object? Operand)
{
    /// <summary>What it does, as a constant.</summary>
    public ILOpCode Code => (ILOpCode)(ushort)OpCode.Value;

    /// <inheritdoc/>
    public override string ToString() => $"IL_{Offset:x4}: {OpCode.Name} {Operand}";
}
