using GpuSeq.Kernels.Simd;
using GpuSeq.Kernels.Validation;
using ILGPU;
using ILGPU.Runtime.CPU;

namespace GpuSeq.Kernels.Tests;

/// <summary>Every kernel against its definition, in both shapes and every vector width.</summary>
[TestFixture("row", null)]
[TestFixture("row", SimdWidth.Bits128)]
[TestFixture("row", SimdWidth.Bits256)]
[TestFixture("row", SimdWidth.Bits512)]
[TestFixture("group", null)]
public sealed class KernelCaseTests(string shape, SimdWidth? width)
{
    private Context _context = null!;
    private CPUAccelerator _accelerator = null!;
    private KernelLibrary _kernels = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _context = Context.Create(builder => builder.CPU());
        _accelerator = _context.CreateCPUAccelerator(0);
        _kernels = new KernelLibrary(_accelerator, Enum.Parse<KernelShape>(shape, ignoreCase: true), width);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _kernels.Dispose();
        _accelerator.Dispose();
        _context.Dispose();
    }

    private static IEnumerable<string> Kernels => KernelCases.All.Select(kernelCase => kernelCase.Kernel).Distinct();

    [TestCaseSource(nameof(Kernels))]
    public void Kernel_ComputesWhatItsDefinitionSays(string kernel)
    {
        Assert.Multiple(() =>
        {
            foreach (var kernelCase in KernelCases.All.Where(kernelCase => kernelCase.Kernel == kernel))
                Assert.That(CaseRunner.Run(_kernels, kernelCase)!.Failure, Is.Null, kernelCase.ToString());
        });
    }

    [TestCaseSource(nameof(Kernels))]
    public void Kernel_IsCaughtWithAPlantedFault(string kernel)
    {
        var results = KernelCases.All.Where(kernelCase => kernelCase.Kernel == kernel)
            .Select(kernelCase => CaseRunner.Run(_kernels, kernelCase, faulty: true)).OfType<CaseResult>().ToArray();
        Assert.That(results, Is.Not.Empty, "no case of this kernel has a planted fault");
        Assert.Multiple(() =>
        {
            foreach (var result in results)
                Assert.That(result.Passed, Is.False, result.Case.ToString());
        });
    }

    [Test]
    public void Pool_HasEverythingBackAfterTheSweeps() => Assert.That(_kernels.Pool.BlocksInUse, Is.Zero);
}
