using GpuSeq.Kernels.Validation;
using ILGPU;
using ILGPU.Runtime.CPU;

namespace GpuSeq.Kernels.Tests;

/// <summary>What every launch promises: the same bits for any number of threads, and no managed memory.</summary>
[NonParallelizable]
public sealed class LaunchTests
{
    private static IEnumerable<string> Kernels => KernelCases.All.Select(kernelCase => kernelCase.Kernel).Distinct();

    private static IEnumerable<KernelCase> CasesOf(string kernel) => KernelCases.All.Where(kernelCase => kernelCase.Kernel == kernel);

    [TestCaseSource(nameof(Kernels))]
    public void TheNumberOfThreads_ChangesNoBit(string kernel)
    {
        using var context = Context.Create(builder => builder.CPU(new CPUDevice(2, 1, 1)).CPU(new CPUDevice(2, 1, 5)));
        using var one = context.CreateCPUAccelerator(0);
        using var five = context.CreateCPUAccelerator(1);
        using var alone = new KernelLibrary(one);
        using var together = new KernelLibrary(five);
        Assert.Multiple(() =>
        {
            foreach (var kernelCase in CasesOf(kernel))
                Assert.That(Difference(together, alone, kernelCase), Is.Null, kernelCase.ToString());
        });
    }

    [TestCaseSource(nameof(Kernels))]
    public void ALaunch_AllocatesNothing(string kernel)
    {
        if (ComputeRuntime.IsIlgpu)
            Assert.Ignore("ILGPU's own launches allocate");
        using var device = new CpuKernels();
        var bySize = CasesOf(kernel).OrderBy(kernelCase => kernelCase.Operands.Sum(operand => operand.Length)).ToArray();
        foreach (var kernelCase in new[] { bySize[bySize.Length / 4], bySize[^1] }) // what is small may take another way
            CheckAllocatesNothing(device.Library, kernelCase);
    }

    private static void CheckAllocatesNothing(KernelLibrary kernels, KernelCase kernelCase)
    {
        using var operands = new CaseOperands(kernels, kernelCase);
        for (var i = 0; i < 50; i++) // what is compiled again and again while it warms up allocates
            operands.Launch();
        var least = Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 5; i++)
                operands.Launch();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.That(least, Is.Zero, kernelCase.ToString());
    }

    // The operand whose bits differ, or null.
    private static string? Difference(KernelLibrary one, KernelLibrary other, KernelCase kernelCase)
    {
        using var left = new CaseOperands(one, kernelCase);
        using var right = new CaseOperands(other, kernelCase);
        left.Launch();
        right.Launch();
        return left.FindDifference(right);
    }
}
