using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Validation;

/// <summary>
/// A case's operands on an accelerator. Where they are guarded, every operand lies between guard zones, and what a launch must
/// not read is poisoned.
/// </summary>
public sealed class CaseOperands : IDisposable
{
    private const int Guard = 64; // elements on either side: whole cache lines, so that alignment stays
    private const int GuardBits = 0x5A5A5A5A;
    private const int Poison = unchecked((int)0xFFC00000); // NaN; as an index, far below 0

    private readonly KernelLibrary _kernels;
    private readonly KernelCase _case;
    private readonly int _guard;
    private readonly CaseViews _views = new();
    private readonly List<MemoryBuffer1D<int, Stride1D.Dense>> _buffers = []; // the bits of values and indices alike

    /// <summary>Copies a case's operands to the accelerator of its kernels.</summary>
    public CaseOperands(KernelLibrary kernels, KernelCase kernelCase, bool guarded = false)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(kernelCase);
        (_kernels, _case, _guard) = (kernels, kernelCase, guarded ? Guard : 0);
        try
        {
            foreach (var operand in kernelCase.Operands)
                Add(operand);
        }
        catch (OutOfMemoryException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Launches the kernel.</summary>
    public void Launch() => _case.Launch(_kernels, _views);

    /// <summary>Launches the kernel with its planted fault.</summary>
    /// <returns>False where the case has none.</returns>
    public bool LaunchFaulty() => _case.LaunchFaulty(_kernels, _views);

    /// <summary>The bits of an operand.</summary>
    /// <param name="index">Its place in <see cref="KernelCase.Operands"/>.</param>
    public int[] Bits(int index) => WithGuards(index)[_guard..^_guard];

    /// <summary>The values of an operand.</summary>
    /// <param name="index">Its place in <see cref="KernelCase.Operands"/>.</param>
    public ReadOnlySpan<float> Floats(int index) => MemoryMarshal.Cast<int, float>(Bits(index));

    /// <summary>What launches did outside the operands or to those that are only read, in one line; null for nothing.</summary>
    public string? FindDamage()
    {
        for (var index = 0; index < _buffers.Count; index++)
        {
            var operand = _case.Operands[index];
            var bits = WithGuards(index);
            for (var i = 0; i < _guard; i++)
            {
                if (bits[i] != GuardBits)
                    return $"{operand.Name}: wrote {_guard - i} elements before the beginning";
                if (bits[^(_guard - i)] != GuardBits)
                    return $"{operand.Name}: wrote element {operand.Length + i} of {operand.Length}";
            }
            if (operand.IsRead && !operand.IsWritten && !bits.AsSpan(_guard, operand.Length).SequenceEqual(operand.Bits))
                return $"{operand.Name}: an operand that is only read was changed";
        }
        return null;
    }

    /// <summary>The first operand whose bits differ in another copy of the same case, or null.</summary>
    public string? FindDifference(CaseOperands other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var differing = Enumerable.Range(0, _buffers.Count).Where(index => !Bits(index).AsSpan().SequenceEqual(other.Bits(index)));
        return differing.Select(index => _case.Operands[index].Name).FirstOrDefault();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    private void Add(Operand operand)
    {
        var buffer = _kernels.Accelerator.Allocate1D<int>(operand.Length + 2L * _guard);
        _buffers.Add(buffer);
        var view = buffer.View.BaseView.SubView(_guard, operand.Length);
        if (_guard == 0)
        {
            view.CopyFromCPU(operand.Bits);
        }
        else
        {
            var bits = new int[operand.Length + 2 * _guard];
            Array.Fill(bits, GuardBits);
            if (operand.IsRead)
                operand.Bits.CopyTo(bits.AsSpan(_guard));
            else
                Array.Fill(bits, Poison, _guard, operand.Length);
            buffer.CopyFromCPU(bits);
        }
        if (operand.Floats is null)
            _views.Add(operand.Name, view);
        else
            _views.Add(operand.Name, view.Cast<float>());
    }

    private int[] WithGuards(int index)
    {
        _kernels.Accelerator.Synchronize();
        return _buffers[index].GetAsArray1D();
    }
}
