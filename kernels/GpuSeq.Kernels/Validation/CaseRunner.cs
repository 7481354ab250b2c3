using System.Diagnostics;
using System.Globalization;
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
    /// <summary>Checks a case.</summary>
    /// <param name="kernels">The kernels of the accelerator.</param>
    /// <param name="kernelCase">The case.</param>
    /// <param name="faulty">Launches the planted fault instead, which must fail; null when the case has none.</param>
    public static CaseResult? Run(KernelLibrary kernels, KernelCase kernelCase, bool faulty = false)
    {
        ArgumentNullException.ThrowIfNull(kernelCase);
        var start = Stopwatch.GetTimestamp();
        using var operands = new CaseOperands(kernels, kernelCase, guarded: true);
        if (!faulty)
            operands.Launch();
        else if (!operands.LaunchFaulty())
            return null;
        var worst = 0.0;
        string? failure;
        try
        {
            failure = operands.FindDamage() ?? Compare(kernelCase, operands, ref worst);
            if (failure is null && !faulty)
                failure = CompareSecondRun(kernels, kernelCase, operands);
        }
        catch (AcceleratorException exception)
        {
            failure = exception.Message;
        }
        return new(kernelCase, failure, worst, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static string? CompareSecondRun(KernelLibrary kernels, KernelCase kernelCase, CaseOperands first)
    {
        using var second = new CaseOperands(kernels, kernelCase, guarded: true);
        second.Launch();
        return first.FindDifference(second) is { } operand ? $"{operand}: a second run gave other bits" : null;
    }

    private static string? Compare(KernelCase kernelCase, CaseOperands actual, ref double worst)
    {
        var exact = new CaseArrays<double>(kernelCase);
        kernelCase.Define(exact);
        var plain = new CaseArrays<float>(kernelCase);
        kernelCase.Define(plain);
        string? failure = null;
        foreach (var (index, operand) in kernelCase.Operands.Index().Where(pair => pair.Item.IsWritten))
        {
            failure ??= operand.Floats is null
                ? CompareIndices(operand, actual.Bits(index), exact)
                : Compare(kernelCase, operand, actual.Floats(index), exact, plain, ref worst);
        }
        return failure;
    }

    private static string? Compare(
        KernelCase kernelCase, Operand operand, ReadOnlySpan<float> actual, CaseArrays<double> exact, CaseArrays<float> plain,
        ref double worst)
    {
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
            worst = Math.Max(worst, double.IsNaN(share) ? double.PositiveInfinity : share);
            if (!(share <= 1))
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"{operand.Name}[{i}] is {actual[i]:G9}, defined as {wanted:G9}; error {error:G3}, allowed {allowed:G3}");
            }
        }
        return null;
    }

    private static string? CompareIndices(Operand operand, int[] actual, CaseArrays<double> exact)
    {
        var expected = exact.Indices(operand.Name);
        for (var i = 0; i < expected.Length; i++)
        {
            if (actual[i] != expected[i])
                return $"{operand.Name}[{i}] is {actual[i]}, defined as {expected[i]}";
        }
        return null;
    }
}
