using System.Runtime.InteropServices;
using GpuSeq.Kernels.Validation;
using ILGPU;
using ILGPU.Runtime;
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
                Assert.That(Bits(together, kernelCase).SequenceEqual(Bits(alone, kernelCase)), kernelCase.ToString());
        });
    }

    [TestCaseSource(nameof(Kernels))]
    public void ALaunch_AllocatesNothing(string kernel)
    {
        using var device = new CpuKernels();
        var bySize = CasesOf(kernel).OrderBy(kernelCase => kernelCase.Operands.Sum(operand => operand.Length)).ToArray();
        foreach (var kernelCase in new[] { bySize[bySize.Length / 4], bySize[^1] }) // what is small may take another way
            CheckAllocatesNothing(device.Library, kernelCase);
    }

    private static void CheckAllocatesNothing(KernelLibrary kernels, KernelCase kernelCase)
    {
        using var operands = new Loaded(kernels, kernelCase);
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

    private static byte[] Bits(KernelLibrary kernels, KernelCase kernelCase)
    {
        using var operands = new Loaded(kernels, kernelCase);
        operands.Launch();
        return operands.Bits();
    }

    /// <summary>A case's operands on an accelerator.</summary>
    private sealed class Loaded : IDisposable
    {
        private readonly KernelLibrary _kernels;
        private readonly KernelCase _case;
        private readonly CaseViews _views = new();
        private readonly List<MemoryBuffer1D<float, Stride1D.Dense>> _floats = [];
        private readonly List<MemoryBuffer1D<int, Stride1D.Dense>> _ints = [];

        public Loaded(KernelLibrary kernels, KernelCase kernelCase)
        {
            (_kernels, _case) = (kernels, kernelCase);
            foreach (var operand in kernelCase.Operands)
            {
                if (operand.Floats is { } floats)
                {
                    _floats.Add(kernels.Accelerator.Allocate1D(floats));
                    _views.Add(operand.Name, _floats[^1].View.BaseView);
                }
                else
                {
                    _ints.Add(kernels.Accelerator.Allocate1D(operand.Ints!));
                    _views.Add(operand.Name, _ints[^1].View.BaseView);
                }
            }
        }

        public void Launch() => _case.Launch(_kernels, _views);

        public byte[] Bits()
        {
            _kernels.Accelerator.Synchronize();
            return
            [
                .. _floats.SelectMany(buffer => MemoryMarshal.AsBytes(buffer.GetAsArray1D().AsSpan()).ToArray()),
                .. _ints.SelectMany(buffer => MemoryMarshal.AsBytes(buffer.GetAsArray1D().AsSpan()).ToArray()),
            ];
        }

        public void Dispose()
        {
            _floats.ForEach(buffer => buffer.Dispose());
            _ints.ForEach(buffer => buffer.Dispose());
        }
    }
}
