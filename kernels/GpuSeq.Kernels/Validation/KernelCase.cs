using System.Numerics;
using System.Runtime.InteropServices;
using ILGPU;

namespace GpuSeq.Kernels.Validation;

/// <summary>
/// One call of one kernel: its operands, how it is launched, and what it must compute. The same object serves the
/// correctness check, the check of its gradient and the benchmark.
/// </summary>
/// <param name="kernel">The kernel's name, as in <c>gemm</c>.</param>
/// <param name="name">What tells this case from the kernel's others: sizes and options.</param>
public abstract class KernelCase(string kernel, string name)
{
    private readonly List<Operand> _operands = [];
    private Action? _declare;

    /// <summary>The kernel's name.</summary>
    public string Kernel { get; } = kernel;

    /// <summary>What tells this case from the kernel's others.</summary>
    public string Name { get; } = name;

    /// <summary>What the kernel reads and writes.</summary>
    public IReadOnlyList<Operand> Operands
    {
        get
        {
            if (_declare is { } declare)
            {
                _declare = null;
                declare();
            }
            return _operands;
        }
    }

    /// <summary>How far a result may be from the definition.</summary>
    public Tolerance Tolerance { get; protected init; } = Tolerance.Rounding(1);

    /// <summary>
    /// Whether the case belongs to the quick check, whose cases show every option and every edge of a kernel with little
    /// work, so that even a processor that runs groups lane by lane is soon done with them.
    /// </summary>
    public bool IsQuick { get; protected init; } = true;

    /// <summary>Floating-point operations of one call, or 0 where memory is what limits.</summary>
    public virtual double Flops => 0;

    /// <summary>Bytes that one call must move at least: every operand once.</summary>
    public virtual double Bytes =>
        Operands.Sum(operand => (double)operand.Length * sizeof(float) * (operand.IsWritten && operand.IsRead ? 2 : 1));

    /// <summary>
    /// The case whose gradient this one computes, or null. Where it is set, every output <c>dx</c> must be the derivative of
    /// the sum of <c>dy</c> times <c>y</c> over that case's outputs <c>y</c>, with respect to its operand <c>x</c>.
    /// </summary>
    public virtual KernelCase? GradientOf => null;

    /// <summary>Launches the kernel.</summary>
    public abstract void Launch(KernelLibrary kernels, CaseViews views);

    /// <summary>Launches the kernel with a planted fault that the check must catch, such as a size that is off by one.</summary>
    /// <returns>False where this case has none.</returns>
    public virtual bool LaunchFaulty(KernelLibrary kernels, CaseViews views) => false;

    /// <summary>Computes the outputs by their definition. Runs in float64, and in float32 to learn what plain code reaches.</summary>
    public abstract void Define<T>(CaseArrays<T> arrays)
        where T : IFloatingPointIeee754<T>;

    /// <summary>
    /// Puts off the making of operands until they are first asked for, so that a case costs nothing before it is its turn.
    /// </summary>
    /// <param name="declare">Calls <see cref="Input(string, float[])"/> and its like.</param>
    protected void Deferred(Action declare) => _declare += declare;

    /// <summary>Adds an operand that is only read.</summary>
    protected void Input(string name, float[] values) => _operands.Add(new(name, values, null, true, false));

    /// <summary>Adds indices that are only read.</summary>
    protected void Input(string name, int[] values) => _operands.Add(new(name, null, values, true, false));

    /// <summary>Adds an operand that is only written.</summary>
    protected void Output(string name, int length) => _operands.Add(new(name, new float[length], null, false, true));

    /// <summary>Adds indices that are only written.</summary>
    protected void OutputIndices(string name, int length) => _operands.Add(new(name, null, new int[length], false, true));

    /// <summary>Adds memory that a launch writes before it reads it, and whose contents at the end mean nothing.</summary>
    protected void Workspace(string name, int length) => _operands.Add(new(name, new float[length], null, false, false));

    /// <summary>Adds an operand that is read and written.</summary>
    protected void InputOutput(string name, float[] values) => _operands.Add(new(name, values, null, true, true));

    /// <inheritdoc/>
    public override string ToString() => $"{Kernel} {Name}";
}

/// <summary>Something a kernel reads or writes: either float32 values or indices.</summary>
/// <param name="Name">Its name in the kernel's formula; the gradient of <c>x</c> is <c>dx</c>.</param>
/// <param name="Floats">Its values before the launch, or null for indices.</param>
/// <param name="Ints">Its indices before the launch, or null for values.</param>
/// <param name="IsRead">Whether the kernel reads it.</param>
/// <param name="IsWritten">Whether what the kernel writes to it is a result. Where neither is so, it is a workspace.</param>
public sealed record Operand(string Name, float[]? Floats, int[]? Ints, bool IsRead, bool IsWritten)
{
    /// <summary>The number of elements.</summary>
    public int Length => Floats?.Length ?? Ints!.Length;

    internal ReadOnlySpan<int> Bits => Floats is null ? Ints : MemoryMarshal.Cast<float, int>(Floats);
}

/// <summary>The operands of a case on an accelerator, by name.</summary>
public sealed class CaseViews
{
    private readonly Dictionary<string, ArrayView<float>> _floats = [];
    private readonly Dictionary<string, ArrayView<int>> _ints = [];

    /// <summary>The values of an operand.</summary>
    public ArrayView<float> this[string name] => _floats[name];

    /// <summary>The indices of an operand.</summary>
    public ArrayView<int> Indices(string name) => _ints[name];

    internal void Add(string name, ArrayView<float> view) => _floats.Add(name, view);

    internal void Add(string name, ArrayView<int> view) => _ints.Add(name, view);
}

/// <summary>The operands of a case as arrays, by name.</summary>
/// <typeparam name="T">The precision.</typeparam>
public sealed class CaseArrays<T>
    where T : IFloatingPointIeee754<T>
{
    private readonly Dictionary<string, T[]> _values = [];
    private readonly Dictionary<string, int[]> _indices = [];

    internal CaseArrays(KernelCase kernelCase)
    {
        foreach (var operand in kernelCase.Operands)
        {
            if (operand.Floats is { } floats)
                _values.Add(operand.Name, Array.ConvertAll(floats, T.CreateChecked));
            else
                _indices.Add(operand.Name, (int[])operand.Ints!.Clone());
        }
    }

    /// <summary>The values of an operand.</summary>
    public T[] this[string name] => _values[name];

    /// <summary>The indices of an operand.</summary>
    public int[] Indices(string name) => _indices[name];
}
