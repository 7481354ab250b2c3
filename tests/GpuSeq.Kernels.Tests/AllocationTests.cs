using ILGPU;

namespace GpuSeq.Kernels.Tests;

/// <summary>Launching allocates no managed memory once the pool has its blocks.</summary>
public sealed class AllocationTests
{
    private const int Batch = 7, Steps = 3, Hidden = 24;

    private CpuKernels _kernels = null!;

    private KernelLibrary Library => _kernels.Library;

    [OneTimeSetUp]
    public void Open() => _kernels = new CpuKernels();

    [OneTimeTearDown]
    public void Close() => _kernels.Dispose();

    [TestCase(2, 30, 40)] // direct
    [TestCase(61, 70, 300)] // panels
    public void Gemm_AllocatesNothing(int m, int n, int k)
    {
        var (a, b, c, bias) = (Floats(m * k), Floats(k * n), Floats(m * n), Floats(n));
        CheckAllocatesNothing(() => Library.Gemm.Multiply(
            new(m, n, k) { Activation = Activation.Tanh }, a, b, c, bias));
        CheckAllocatesNothing(() => Library.Gemm.Multiply(new(m, n, k) { TransposeA = true, TransposeB = true, Beta = 1 }, a, b, c));
        CheckAllocatesNothing(() =>
        {
            using var packed = Library.Gemm.Pack(b, n, k, transposeB: true);
            Library.Gemm.Multiply(new(m, n, k) { TransposeB = true }, a, packed, c, bias);
        });
    }

    [TestCase(true, true)]
    [TestCase(false, false)]
    public void RecurrentLayers_AllocateNothing(bool batchFirst, bool reverse)
    {
        var rows = Batch * Steps;
        var sequence = new SequenceShape(Batch, Steps, Hidden) { BatchFirst = batchFirst, Reverse = reverse };
        var (gates, recurrent) = (Floats(4 * rows * Hidden), Floats(3 * rows * Hidden));
        var (states, cells) = (Floats(rows * Hidden), Floats(rows * Hidden));
        var (weight, bias) = (Floats(4 * Hidden * Hidden), Floats(4 * Hidden));
        var (output, hn, cn, dh, dc) = (Floats(rows * Hidden), State(), State(), State(), State());
        var lengths = _kernels.Ints([3, 0, 1, 2, 3, 3, 2]);

        CheckAllocatesNothing(() =>
        {
            var tape = new SequenceTape(gates, states);
            Library.Rnn.Forward(sequence, false, weight, bias, tape, hn, lengths, output, hn);
            Library.Rnn.Backward(sequence, false, weight, tape, lengths, output, dh);
        });
        CheckAllocatesNothing(() =>
        {
            var tape = new SequenceTape(gates, states, cells);
            Library.Lstm.Forward(sequence, weight, bias, tape, default, default, lengths, output, hn, cn);
            Library.Lstm.Backward(sequence, weight, tape, lengths, output, dh, dc);
        });
        foreach (var form in Enum.GetValues<GruForm>())
        {
            CheckAllocatesNothing(() =>
            {
                var tape = new SequenceTape(gates, states, default, recurrent);
                Library.Gru.Forward(sequence, form, weight, bias, tape, default, default, output, hn);
                Library.Gru.Backward(sequence, form, weight, tape, default, output, dh);
            });
        }
    }

    private ArrayView<float> Floats(int length) => _kernels.Floats(length, 0.1f);

    private ArrayView<float> State() => Floats(Batch * Hidden);

    private static void CheckAllocatesNothing(Action launch)
    {
        for (var i = 0; i < 3; i++)
            launch();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            launch();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
