using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>Layer normalisation and its gradients against reference cases.</summary>
[TestFixture(KernelShape.Row)]
[TestFixture(KernelShape.Group)]
public sealed class LayerNormTests(KernelShape shape)
{
    private static IEnumerable<FixtureCase> Cases => BasicCases.Of("nn.LayerNorm");

    [Category(Fixtures.Category)]
    [TestCaseSource(nameof(Cases))]
    public void LayerNorm_IsTheReference(FixtureCase fixture)
    {
        using var device = new CpuKernels(shape);
        var kernels = device.Library.LayerNorm;
        var columns = fixture.Args.GetProperty("normalized_shape").EnumerateArray().Aggregate(1, (size, axis) => size * axis.GetInt32());
        var x = device.Floats(fixture.Tensors["in/x"].Floats);
        var rows = (int)x.Length / columns;
        var isAffine = fixture.Flag("elementwise_affine", true);
        var gamma = device.Floats(isAffine ? fixture.Tensors["param/weight"].Floats : []);
        var beta = device.Floats(isAffine ? fixture.Tensors["param/bias"].Floats : []);
        var (y, mean, rstd) = (device.Floats((int)x.Length), device.Floats(rows), device.Floats(rows));
        kernels.Forward(rows, columns, (float)fixture.Number("eps", 1e-5), x, gamma, beta, y, mean, rstd);

        // What is ill-conditioned on purpose shows in the case's own record of float32's errors.
        var measured = fixture.Json.GetProperty("float32_torch_vs_float64");
        var (output, gradient) = (Ten(measured, "out"), Ten(measured, "grad"));
        Close.Assert(y.GetAsArray(), fixture.Tensors["out/y"].Floats, 1e-5 + output, 1e-5, "y");

        var (dx, dGamma, dBeta) = (device.Floats((int)x.Length), device.Floats((int)gamma.Length), device.Floats((int)beta.Length));
        var dy = device.Floats(fixture.Tensors["lossw/y"].Floats);
        kernels.Backward(rows, columns, dy, x, gamma, mean, rstd, dx, dGamma, dBeta, accumulate: false);
        Close.Assert(dx.GetAsArray(), fixture.Tensors["grad/in/x"].Floats, 1e-5 + gradient, 5e-5, "dx");
        if (!isAffine)
            return;
        Close.Assert(dGamma.GetAsArray(), fixture.Tensors["grad/param/weight"].Floats, 1e-5 + gradient, 5e-5, "dgamma");
        Close.Assert(dBeta.GetAsArray(), fixture.Tensors["grad/param/bias"].Floats, 1e-5, 5e-5, "dbeta");

        static double Ten(System.Text.Json.JsonElement measured, string what) => 10 * measured.GetProperty($"{what}_max_abs").GetDouble();
    }

    [Test]
    public void Statistics_MayBeLeftOut()
    {
        using var device = new CpuKernels(shape);
        var (x, y) = (device.Floats([1f, 3f, 5f, 5f]), device.Floats(4));
        device.Library.LayerNorm.Forward(2, 2, 0f, x, default, default, y, default, default);
        Assert.That(y.GetAsArray(), Is.EqualTo([-1f, 1f, float.NaN, float.NaN]));
    }

    [Test]
    public void TheSum_MayTakeThePlaceOfTheResidual_AndItsGradientThatOfTheSum()
    {
        using var device = new CpuKernels(shape);
        var kernels = device.Library.LayerNorm;
        var random = new Random(3);
        const int Rows = 3, Columns = 41, Length = Rows * Columns;
        float[] x = [.. Enumerable.Range(0, Length).Select(_ => random.NextSingle())];
        float[] residual = [.. Enumerable.Range(0, Length).Select(_ => random.NextSingle())];
        var mask = new DropoutMask(0.3f, 5, 6);
        var (s, y, inPlace) = (device.Floats(Length), device.Floats(Length), device.Floats(residual));
        var (mean, rstd) = (device.Floats(Rows), device.Floats(Rows));
        kernels.ForwardResidual(Rows, Columns, 1e-5f, mask, device.Floats(x), device.Floats(residual), default, default, s, y, mean, rstd);
        kernels.ForwardResidual(Rows, Columns, 1e-5f, mask, device.Floats(x), inPlace, default, default, inPlace, y, mean, rstd);
        Assert.That(inPlace.GetAsArray(), Is.EqualTo(s.GetAsArray()));

        var dropped = device.Floats(Length);
        device.Library.Dropout.Forward(device.Floats(x), dropped, 0.3f, 5, 6);
        Assert.That(s.GetAsArray(), Is.EqualTo(dropped.GetAsArray().Zip(residual, (left, right) => left + right)));

        var (dy, dx, ds) = (device.Floats(x), device.Floats(Length), device.Floats(residual));
        kernels.BackwardResidual(Rows, Columns, mask, dy, device.Floats(residual), s, default, mean, rstd, new() { X = dx, Residual = y });
        kernels.BackwardResidual(Rows, Columns, mask, dy, ds, s, default, mean, rstd, new() { Residual = ds });
        Assert.That(ds.GetAsArray(), Is.EqualTo(y.GetAsArray()));
    }

    [Test]
    public void ResidualSizesThatDoNotFit_AreNamed()
    {
        using var device = new CpuKernels(shape);
        var (x, other) = (device.Floats(6), device.Floats(5));
        Assert.That(
            () => device.Library.LayerNorm.ForwardResidual(2, 3, 0f, default, x, other, default, default, x, x, default, default),
            Throws.ArgumentException.With.Message.Contains("[2, 3]: residual has 5 elements and needs 6"));
        Assert.That(() => new DropoutMask(1f, 0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
