using GpuSeq.Kernels.Validation;

namespace GpuSeq.Kernels.Tests;

/// <summary>The definitions of backward kernels against central differences of the forward definitions.</summary>
public sealed class GradientTests
{
    private static IEnumerable<KernelCase> Cases => KernelCases.All.Where(GradientCheck.IsCheap);

    [TestCaseSource(nameof(Cases))]
    public void Gradient_IsTheDerivative(KernelCase backward) => Assert.That(GradientCheck.Run(backward), Is.Null);
}
