using GpuSeq.Kernels.Validation;

namespace GpuSeq.Kernels.Tests;

/// <summary>The definitions of backward kernels against central differences of the forward definitions.</summary>
public sealed class GradientTests
{
    private const int LargestChecked = 600;

    private static IEnumerable<KernelCase> Cases => KernelCases.All.Where(kernelCase =>
        kernelCase.GradientOf is { } forward && forward.Operands.Sum(operand => operand.IsRead ? operand.Length : 0) <= LargestChecked);

    [TestCaseSource(nameof(Cases))]
    public void Gradient_IsTheDerivative(KernelCase backward) => Assert.That(GradientCheck.Run(backward), Is.Null);
}
