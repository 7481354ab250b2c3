using GpuSeq.Kernels.Simd;
using GpuSeq.Kernels.Validation;

namespace GpuSeq.Kernels.Tests;

/// <summary>Every kernel against its definition, in both shapes and every vector width.</summary>
[TestFixture(KernelShape.Row, SimdWidth.Bits128)]
[TestFixture(KernelShape.Row, SimdWidth.Bits256)]
[TestFixture(KernelShape.Row, SimdWidth.Bits512)]
[TestFixture(KernelShape.Group, null)]
public sealed class KernelCaseTests(KernelShape shape, SimdWidth? width)
{
    private const int Few = 2, SizeOfFew = 100;

    private static readonly ILookup<string, KernelCase> AllCases = KernelCases.All.ToLookup(kernelCase => kernelCase.Kernel);

    // ILGPU's CPUs have a thread for each lane, and threads that wait at each of a group's barriers: a few small cases must do.
    private readonly bool _isSlow = shape == KernelShape.Group && ComputeRuntime.IsIlgpu;

    private CpuKernels _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = new(shape, width);

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    private static IEnumerable<string> Kernels => AllCases.Select(cases => cases.Key);

    // The form and width that this machine computes with take every case, the others the quick ones: lane by lane, as groups
    // run here, and with emulated vectors all cases would take minutes.
    private IEnumerable<KernelCase> Cases(string kernel)
    {
        var isWhole = shape == KernelShape.Row && width == SimdWidths.Widest;
        var cases = AllCases[kernel].Where(kernelCase => kernelCase.IsQuick || isWhole);
        return _isSlow ? cases.OrderBy(kernelCase => Math.Abs(Size(kernelCase) - SizeOfFew)) : cases;
    }

    private static int Size(KernelCase kernelCase) => kernelCase.Operands.Sum(operand => operand.Length);

    [TestCaseSource(nameof(Kernels))]
    public void Kernel_ComputesWhatItsDefinitionSays(string kernel)
    {
        Assert.Multiple(() =>
        {
            foreach (var kernelCase in Cases(kernel).Take(_isSlow ? Few : int.MaxValue))
                Assert.That(CaseRunner.Run(_device.Library, kernelCase)!.Failure, Is.Null, kernelCase.ToString());
        });
    }

    [TestCaseSource(nameof(Kernels))]
    public void Kernel_IsCaughtWithAPlantedFault(string kernel)
    {
        // The checks are the same in every form: where that takes long, one fault shows that they can fail.
        var isEmulated = shape == KernelShape.Row && width != SimdWidths.Widest;
        var results = Cases(kernel)
            .Select(kernelCase => CaseRunner.Run(_device.Library, kernelCase, faulty: true)).OfType<CaseResult>()
            .Take(isEmulated || _isSlow ? 1 : int.MaxValue).ToArray();
        Assert.That(results, Is.Not.Empty, "no case of this kernel has a planted fault");
        Assert.Multiple(() =>
        {
            foreach (var result in results)
                Assert.That(result.Passed, Is.False, result.Case.ToString());
        });
    }

    [TestCaseSource(nameof(Kernels))]
    public void QuickCases_HaveEveryOption(string kernel)
    {
        var options = AllCases[kernel].SelectMany(Options).Distinct();
        var quick = AllCases[kernel].Where(kernelCase => kernelCase.IsQuick).SelectMany(Options).Distinct();
        Assert.That(quick, Is.EquivalentTo(options));

        // The words of a case's name but for its sizes.
        static IEnumerable<string> Options(KernelCase kernelCase) =>
            kernelCase.Name.Split(' ').Where(word => !word.Any(char.IsAsciiDigit));
    }

    [Test]
    public void Pool_HasEverythingBackAfterTheSweeps() => Assert.That(_device.Library.Pool.BlocksInUse, Is.Zero);
}
