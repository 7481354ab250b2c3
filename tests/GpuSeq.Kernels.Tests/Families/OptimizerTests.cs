using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>What launchers of optimizers and of weights in fewer bits refuse, and what the sweeps do not show.</summary>
[TestFixture(KernelShape.Row)]
[TestFixture(KernelShape.Group)]
public sealed class OptimizerTests(KernelShape shape)
{
    private CpuKernels _device = null!;

    [SetUp]
    public void Open() => _device = new(shape);

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void ControlThatDoesNotFit_IsNamed()
    {
        var optimizers = _device.Library.Optimizers;
        var (p, g) = (_device.Floats(40), _device.Floats(40));
        var bytes = _device.Ints([0, 0, 0]).Cast<byte>();
        using (Assert.EnterMultipleScope())
        {
            Check(new(_device.Floats(2)), "SGD: scalars has 2 elements, but should be [3] or empty.");
            Check(new(default, bytes.SubView(0, 2), _device.Floats(2)), "SGD: groups has 2 elements, but should be [3] or empty.");
            Check(new(default, bytes.SubView(0, 3)), "SGD: table has 0 elements, but should be [groups, 2].");
            Assert.That(
                () => optimizers.Control(g, _device.Ints([0, 1, 2]), 0f, true, _device.Floats(3)),
                Throws.ArgumentException.With.Message.EqualTo("Control: pieces has 3 elements, but should be [n, 2]."));
            Assert.That(
                () => optimizers.Control(g, default, 0f, true, _device.Floats(1)),
                Throws.ArgumentException.With.Message.EqualTo("Control: scalars has 1 elements, but should be [3]."));
            Assert.That(() => optimizers.ClipValue(g, float.NaN, keepsInfinities: true), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => optimizers.Average(p, _device.Floats(39), 0.5f), Throws.ArgumentException);
            Assert.That(() => optimizers.Exchange(p, _device.Floats(39)), Throws.ArgumentException);
        }

        void Check(StepControl control, string message) => Assert.That(
            () => optimizers.Sgd(new(), 1, p, g, default, control), Throws.ArgumentException.With.Message.EqualTo(message));
    }

    [Test]
    public void BiasCorrection_HoldsForManySteps()
    {
        // Where every gradient is 1, the means are 1 minus the powers of the betas: each step is the learning rate, from first to last.
        foreach (var step in new[] { 1, 2, 10, 999, 100_000 })
        {
            var (p, mean, square) = (
                _device.Floats(1), _device.Floats(1, (float)(1 - Math.Pow(0.9, step - 1))), _device.Floats(1, (float)(1 - Math.Pow(0.999, step - 1))));
            _device.Library.Optimizers.Adam(new() { LearningRate = 0.5 }, step, p, _device.Floats(1, 1f), mean, square);
            Assert.That(p.GetAsArray()[0], Is.EqualTo(-0.5f).Within(2e-5), $"step {step}");
        }
    }

    [Test]
    public void MatricesThatDoNotFit_AreNamed()
    {
        var kernels = _device.Library.LowPrecision;
        var halves = _device.Ints(new int[6]).Cast<ushort>(); // [3, 4]
        var bytes = _device.Ints(new int[3]).Cast<sbyte>();
        var matrix = new LowPrecisionMatrix(3, 4) { BFloat16 = halves };
        using (Assert.EnterMultipleScope())
        {
            Check(() => kernels.Widen(matrix with { Rows = 2 }, _device.Floats(8)), "the matrix has 12 elements, but should be [2, 4]");
            Check(() => kernels.Widen(matrix, _device.Floats(11)), "y has 11 elements, but should be [3, 4]");
            Check(() => kernels.Widen(new(3, 4) { Int8 = bytes }, _device.Floats(12)), "scales has 0 elements, but should be [3]");
            Check(() => kernels.LookUp(matrix, _device.Ints([0, 1]), _device.Floats(4)), "y has 4 elements, but should be [2, 4]");
            Check(() => kernels.Multiply(2, _device.Floats(4), matrix, _device.Floats(6)), "A has 4 elements, but should be [2, 4]");
            Check(() => kernels.Multiply(2, _device.Floats(8), matrix, _device.Floats(5)), "C has 5 elements, but should be [2, 3]");
            Check(() => kernels.Multiply(2, _device.Floats(8), matrix, _device.Floats(6), _device.Floats(2)), "bias has 2 elements");
            Check(() => kernels.ToBFloat16(_device.Floats(11), halves), "y has 12 elements, but x has 11");
            Check(() => kernels.ToInt8(_device.Floats(12), bytes, _device.Floats(2), 3, 4), "scales has 2 elements, but should be [3]");
        }

        static void Check(Action action, string message) =>
            Assert.That(action, Throws.ArgumentException.With.Message.Contains(message));
    }

    [Test]
    public void ARowThatIsNotFinite_StaysSo()
    {
        var (x, bytes, scales) = (_device.Floats([1f, float.NaN, 2f, float.NegativeInfinity]), _device.Ints([0]).Cast<sbyte>(), _device.Floats(2));
        var y = _device.Floats(4);
        _device.Library.LowPrecision.ToInt8(x, bytes, scales, 2, 2);
        _device.Library.LowPrecision.Widen(new(2, 2) { Int8 = bytes, Scales = scales }, y);
        Assert.That(y.GetAsArray(), Is.All.NaN);
    }

    [Test]
    public void IdsOutsideATable_AreErrorsOrNaN()
    {
        var matrix = new LowPrecisionMatrix(3, 4) { BFloat16 = _device.Ints(new int[6]).Cast<ushort>() };
        var y = _device.Floats(8);
        void LookUp()
        {
            _device.Library.LowPrecision.LookUp(matrix, _device.Ints([0, 3]), y);
            _device.Accelerator.Synchronize();
        }
        if (shape == KernelShape.Row)
        {
            Assert.That(LookUp, Throws.Exception);
            return;
        }
        LookUp();
        Assert.That(y.GetAsArray(), Is.EqualTo([0f, 0f, 0f, 0f, float.NaN, float.NaN, float.NaN, float.NaN]));
    }
}
