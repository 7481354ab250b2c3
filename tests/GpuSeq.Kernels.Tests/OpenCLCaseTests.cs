using GpuSeq.Kernels.Validation;
using ILGPU;
using ILGPU.Runtime.Devices;
using ILGPU.Runtime.OpenCL;

namespace GpuSeq.Kernels.Tests;

/// <summary>Every kernel against its definition on an OpenCL device, where there is one.</summary>
[Category("OpenCL")]
public sealed class OpenCLCaseTests
{
    private static readonly ILookup<string, KernelCase> QuickCases = KernelCases.Quick.ToLookup(kernelCase => kernelCase.Kernel);

    private Context _context = null!;
    private CLAccelerator _accelerator = null!;
    private KernelLibrary _library = null!;

    [OneTimeSetUp]
    public void Open()
    {
        CLDevice.Discover(out var reason);
        if (reason is not null)
            Assert.Ignore($"No OpenCL device: {reason}.");
        BinaryCache.IsEnabled = false; // asked for a binary, PoCL compiles once more
        _context = Context.Create(builder => builder.OpenCL());
        _accelerator = _context.CreateCLAccelerator(0);
        _library = new(_accelerator);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _library?.Dispose();
        _accelerator?.Dispose();
        _context?.Dispose();
        BinaryCache.IsEnabled = true;
    }

    private static IEnumerable<string> Kernels => QuickCases.Select(cases => cases.Key);

    [TestCaseSource(nameof(Kernels))]
    public void Kernel_computes_what_its_definition_says(string kernel) => Assert.Multiple(() =>
    {
        foreach (var kernelCase in QuickCases[kernel])
            Assert.That(CaseRunner.Run(_library, kernelCase)!.Failure, Is.Null, kernelCase.ToString());
    });
}
