using System.Diagnostics;
using System.Globalization;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Validation;

/// <summary>What came of a case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Failure">What was wrong, in one line; null when nothing was.</param>
/// <param name="Worst">The largest error as a share of what is allowed.</param>
/// <param name="Seconds">How long the check took.</param>
public sealed record CaseResult(KernelCase Case, string? Failure, double Worst, double Seconds)
{
    /// <summary>Whether the kernel did what its definition says.</summary>
    public bool Passed => Failure is null;
}

/// <summary>Holds kernels against their definitions on an accelerator.</summary>
/// <remarks>
/// Every operand lies between guard zones, outputs are poisoned before a launch, operands that are only read must come back
/// unchanged, and a second launch must give the same bits.
/// </remarks>
public static class CaseRunner
{
    private const int Guard = 64; // elements on either side
    private const float GuardValue = 12345.678f;
    private const int IntGuardValue = 0x5A5A5A5A;

    /// <summary>Checks a case.</summary>
    /// <param name="kernels">The kernels of the accelerator.</param>
    /// <param name="kernelCase">The case.</param>
    /// <param name="faulty">Launches the planted fault instead, which must fail; null when the case has none.</param>
    public static CaseResult? Run(KernelLibrary kernels, KernelCase kernelCase, bool faulty = false)
    {
        var start = Stopwatch.GetTimestamp();
        var exact = new CaseArrays<double>(kernelCase);
        kernelCase.Define(exact);
        var plain = new CaseArrays<float>(kernelCase);
        kernelCase.Define(plain);

        if (Launch(kernels, kernelCase, faulty) is not { } first)
            return null;
        var failure = first.Failure;
        var worst = 0.0;
        foreach (var (operand, index) in kernelCase.Operands.Select((operand, index) => (operand, index)))
        {
            failure ??= operand.Floats is null
                ? CompareIndices(operand, first.Ints[index]!, exact)
                : Compare(kernelCase, operand, first.Floats[index]!, exact, plain, ref worst);
        }
        if (failure is null && !faulty)
            failure = CompareBits(kernelCase, first, Launch(kernels, kernelCase, false)!);
        return new(kernelCase, failure, worst, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private sealed record Outcome(float[]?[] Floats, int[]?[] Ints, string? Failure);

    private static Outcome? Launch(KernelLibrary kernels, KernelCase kernelCase, bool faulty)
    {
        var accelerator = kernels.Accelerator;
        var views = new CaseViews();
        var floats = new MemoryBuffer1D<float, Stride1D.Dense>?[kernelCase.Operands.Count];
        var ints = new MemoryBuffer1D<int, Stride1D.Dense>?[kernelCase.Operands.Count];
        try
        {
            for (var i = 0; i < kernelCase.Operands.Count; i++)
            {
                var operand = kernelCase.Operands[i];
                if (operand.Floats is { } values)
                {
                    floats[i] = accelerator.Allocate1D(Guarded(values, operand.IsRead ? null : float.NaN, GuardValue));
                    views.Add(operand.Name, floats[i]!.View.BaseView.SubView(Guard, values.Length));
                }
                else
                {
                    ints[i] = accelerator.Allocate1D(Guarded(operand.Ints!, operand.IsRead ? null : int.MinValue, IntGuardValue));
                    views.Add(operand.Name, ints[i]!.View.BaseView.SubView(Guard, operand.Length));
                }
            }
            if (!faulty)
                kernelCase.Launch(kernels, views);
            else if (!kernelCase.LaunchFaulty(kernels, views))
                return null;
            accelerator.Synchronize();

            string? failure = null;
            var floatResults = new float[]?[floats.Length];
            var intResults = new int[]?[ints.Length];
            for (var i = 0; i < floats.Length; i++)
            {
                var operand = kernelCase.Operands[i];
                if (floats[i] is { } buffer)
                    floatResults[i] = Unguarded(operand, buffer.GetAsArray1D(), operand.Floats!, GuardValue, ref failure);
                else
                    intResults[i] = Unguarded(operand, ints[i]!.GetAsArray1D(), operand.Ints!, IntGuardValue, ref failure);
            }
            return new(floatResults, intResults, failure);
        }
        finally
        {
            foreach (var buffer in floats)
                buffer?.Dispose();
            foreach (var buffer in ints)
                buffer?.Dispose();
        }
    }

    private static T[] Guarded<T>(T[] values, T? poison, T guard)
        where T : unmanaged
    {
        var guarded = new T[values.Length + 2 * Guard];
        Array.Fill(guarded, guard);
        if (poison is { } filler)
            Array.Fill(guarded, filler, Guard, values.Length);
        else
            values.CopyTo(guarded, Guard);
        return guarded;
    }

    private static T[] Unguarded<T>(Operand operand, T[] guarded, T[] before, T guard, ref string? failure)
        where T : unmanaged, IEquatable<T>
    {
        for (var i = 0; i < Guard; i++)
        {
            if (!guarded[i].Equals(guard))
                failure ??= $"{operand.Name}: wrote {Guard - i} elements before the beginning";
            if (!guarded[^(Guard - i)].Equals(guard))
                failure ??= $"{operand.Name}: wrote element {operand.Length + i} of {operand.Length}";
        }
        var values = guarded[Guard..^Guard];
        if (operand.IsRead && !operand.IsWritten && !values.AsSpan().SequenceEqual(before))
            failure ??= $"{operand.Name}: an operand that is only read was changed";
        return values;
    }

    private static string? Compare(
        KernelCase kernelCase, Operand operand, float[] actual, CaseArrays<double> exact, CaseArrays<float> plain, ref double worst)
    {
        if (!operand.IsWritten)
            return null;
        var expected = exact[operand.Name];
        var plainValues = plain[operand.Name];
        double scale = 0, plainError = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (!double.IsFinite(expected[i]))
                continue;
            scale = Math.Max(scale, Math.Abs(expected[i]));
            if (float.IsFinite(plainValues[i]))
                plainError = Math.Max(plainError, Math.Abs(plainValues[i] - expected[i]));
        }
        var allowed = kernelCase.Tolerance.Allowed(scale, plainError);
        for (var i = 0; i < expected.Length; i++)
        {
            // Where the definition leaves float32's range or is not a number, the kernel must say the same.
            var wanted = Math.Abs(expected[i]) > float.MaxValue ? expected[i] * double.PositiveInfinity : expected[i];
            if (wanted.Equals(actual[i]))
                continue;
            var error = Math.Abs(actual[i] - wanted);
            var share = allowed > 0 ? error / allowed : double.PositiveInfinity;
            if (!(share <= 1))
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"{operand.Name}[{i}] is {actual[i]:G9}, defined as {wanted:G9}; error {error:G3}, allowed {allowed:G3}");
            }
            worst = Math.Max(worst, share);
        }
        return null;
    }

    private static string? CompareIndices(Operand operand, int[] actual, CaseArrays<double> exact)
    {
        if (!operand.IsWritten)
            return null;
        var expected = exact.Indices(operand.Name);
        for (var i = 0; i < expected.Length; i++)
        {
            if (actual[i] != expected[i])
                return $"{operand.Name}[{i}] is {actual[i]}, defined as {expected[i]}";
        }
        return null;
    }

    private static string? CompareBits(KernelCase kernelCase, Outcome first, Outcome second)
    {
        for (var i = 0; i < kernelCase.Operands.Count; i++)
        {
            var same = first.Floats[i] is { } values
                ? System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())
                    .SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(second.Floats[i]!.AsSpan()))
                : first.Ints[i].AsSpan().SequenceEqual(second.Ints[i]!);
            if (!same)
                return $"{kernelCase.Operands[i].Name}: a second run gave other bits";
        }
        return null;
    }
}
