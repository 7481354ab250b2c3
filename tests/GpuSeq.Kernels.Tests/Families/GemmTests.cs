using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>Matrix products whose operands do not fit, and special values.</summary>
[TestFixture(KernelShape.Row)]
[TestFixture(KernelShape.Group)]
public sealed class GemmTests(KernelShape shape)
{
    private CpuKernels _device = null!;

    private Gemm Gemm => _device.Library.Gemm;

    [OneTimeSetUp]
    public void Open() => _device = new CpuKernels(shape);

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void Multiply_NamesTheOperandThatIsTooShort()
    {
        var (six, five) = (_device.Floats(6), _device.Floats(5));
        Assert.Multiple(() =>
        {
            Expect(() => Gemm.Multiply(new(2, 2, 3), five, six, six), "A has 5", "needs 6");
            Expect(() => Gemm.Multiply(new(2, 2, 3), six, five, six), "B has 5", "needs 6");
            Expect(() => Gemm.Multiply(new(2, 3, 2), six, six, five), "C has 5", "needs 6");
            Expect(() => Gemm.Multiply(new(2, 3, 2), six, six, six, _device.Floats(2)), "bias has 2", "3 columns");
            Expect(() => Gemm.Multiply(new(2, 3, 2), six, six, six, default, five), "residual has 5", "needs 6");
            Expect(() => Gemm.Multiply(new(2, 2, 3) { Lda = 2 }, six, six, six), "A has rows of 3", "every 2");
            Expect(() => Gemm.Multiply(new(-1, 2, 3), six, six, six), "negative");
        });
    }

    [Test]
    public void Batches_NameTheOperandThatIsTooShort()
    {
        var (eight, seven) = (_device.Floats(8), _device.Floats(7));
        var batch = new GemmBatch(2) { StrideA = 4, StrideB = 4, StrideC = 4 };
        var square = new GemmShape(2, 2, 2);
        Assert.Multiple(() =>
        {
            Expect(() => Gemm.Multiply(square, batch, seven, eight, eight), "A has 3", "needs 4");
            Expect(() => Gemm.Multiply(square, batch, eight, seven, eight), "B has 3", "needs 4");
            Expect(() => Gemm.Multiply(square, batch, eight, eight, seven), "C has 3", "needs 4");
            Expect(() => Gemm.Multiply(square, batch, eight, eight, eight, default, seven), "residual has 3", "needs 4");
            Expect(() => Gemm.Multiply(square, new GemmBatch(2) { StrideA = 4, StrideB = 4 }, eight, eight, eight), "same C");
            Expect(() => Gemm.Multiply(square, new GemmBatch(2) { StrideA = -4, StrideC = 4 }, eight, eight, eight), "negative stride");
            Expect(() => Gemm.Multiply(square, new GemmBatch(3) { Inner = 2, StrideC = 4 }, eight, eight, eight), "groups of 2");
            Expect(() => Gemm.Multiply(square, _device.Ints([0, 0]), eight, eight, eight), "2 offsets");
        });
    }

    // A thin product, a small one, one by panels, and one whose sums are split.
    [TestCase(1, 300, 100)]
    [TestCase(3, 4, 5)]
    [TestCase(31, 40, 50)]
    [TestCase(9, 10, 2100)]
    public void NotANumber_ReachesItsRowAndColumnOnly(int m, int n, int k)
    {
        var (a, b) = (new float[m * k], new float[k * n]);
        a[(m - 1) * k + k - 1] = float.NaN;
        b[1] = float.PositiveInfinity; // times 0
        var c = _device.Floats(m * n, float.NaN);
        Gemm.Multiply(new(m, n, k), _device.Floats(a), _device.Floats(b), c);
        var expected = new float[m * n];
        for (var i = 0; i < m; i++)
            expected[i * n + 1] = float.NaN;
        Array.Fill(expected, float.NaN, (m - 1) * n, n);
        Assert.That(c.GetAsArray(), Is.EqualTo(expected));
    }

    private static void Expect(TestDelegate call, params string[] words)
    {
        var error = Assert.Throws(Is.InstanceOf<ArgumentException>(), call);
        foreach (var word in words)
            Assert.That(error!.Message, Does.Contain(word));
    }
}
