using GpuSeq.EmbeddedRuntime.IL;

namespace GpuSeq.Kernels.Tests;

/// <summary>Every kernel stays inside what ILGPU compiles.</summary>
public class KernelRulesTests
{
    [Test]
    public void Kernels_break_no_rule()
    {
        var kernels = KernelRules.FindKernels(typeof(KernelLibrary).Assembly);
        Assert.That(kernels, Is.Not.Empty);
        TestContext.Out.WriteLine($"{kernels.Count} kernels, {kernels.Count(kernel => kernel.IsExplicit)} of them explicitly grouped");
        var violations = kernels.SelectMany(KernelRules.Check).ToArray();
        Assert.That(violations, Is.Empty, string.Join(Environment.NewLine, violations.Select(violation => violation.ToString())));
    }
}
