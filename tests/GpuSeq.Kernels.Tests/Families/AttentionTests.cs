using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>Attention against reference cases, at its edges, and what it says to operands that do not fit.</summary>
[TestFixture(KernelShape.Row)]
[TestFixture(KernelShape.Group)]
public sealed class AttentionTests(KernelShape shape)
{
    private CpuKernels _device = null!;

    private static IEnumerable<FixtureCase> Cases => Fixtures.Select("torch/sdpa", _ => true);

    [OneTimeSetUp]
    public void Open() => _device = new CpuKernels(shape);

    [OneTimeTearDown]
    public void Dispose() => _device.Dispose();

    [Category(Fixtures.Category)]
    [TestCaseSource(nameof(Cases))]
    public void Attention_IsTheReference(FixtureCase fixture)
    {
        var sizes = fixture.Tensors["in/q"].Shape;
        var keys = fixture.Tensors["in/k"].Shape[2];
        var problem = new AttentionShape(sizes[0], sizes[1], sizes[2], keys, sizes[3])
        {
            Right = fixture.Json.GetProperty("causal").GetBoolean() ? 0 : AttentionShape.Unbounded,
        };
        var (q, k, v) = (Heads(fixture.Tensors["in/q"]), Heads(fixture.Tensors["in/k"]), Heads(fixture.Tensors["in/v"]));
        var rows = problem.Batch * problem.Heads * problem.Queries;
        var (o, lse) = (HeadsView.HeadsFirst(_device.Floats(rows * problem.HeadSize), sizes[1], sizes[2], sizes[3]), _device.Floats(rows));
        var weights = _device.Floats(rows * keys);
        var mask = Mask(fixture);
        // The gap between scores that are large on purpose shows in the case's own record of float32's errors.
        var measured = fixture.Json.GetProperty("float32_torch_vs_float64");
        var (output, gradient) = (Ten(measured, "out"), Ten(measured, "grad"));

        _device.Library.Attention.ForwardWithWeights(problem, q, k, v, o, weights, lse, mask);
        Close.Assert(weights.GetAsArray(), fixture.Tensors["out/p"].Floats, 1e-5 + output, 1e-5, "p");
        Close.Assert(o.Values.GetAsArray(), fixture.Tensors["out/y"].Floats, 1e-5 + output, 1e-5, "y with weights");
        _device.Library.Attention.Forward(problem, q, k, v, o, lse, mask);
        Close.Assert(o.Values.GetAsArray(), fixture.Tensors["out/y"].Floats, 1e-5 + output, 1e-5, "y");

        var (dq, dk, dv) = (Heads(fixture.Tensors["in/q"]), Heads(fixture.Tensors["in/k"]), Heads(fixture.Tensors["in/v"]));
        _device.Library.Attention.Backward(problem, Heads(fixture.Tensors["lossw/y"]), q, k, v, o, lse, dq, dk, dv, mask);
        foreach (var (name, actual) in new[] { ("q", dq), ("k", dk), ("v", dv) })
            Close.Assert(actual.Values.GetAsArray(), fixture.Tensors[$"grad/in/{name}"].Floats, 1e-5 + gradient, 5e-5, name);

        static double Ten(System.Text.Json.JsonElement measured, string what) => 10 * measured.GetProperty($"{what}_max_abs").GetDouble();
    }

    private HeadsView Heads(FixtureTensor tensor) =>
        HeadsView.HeadsFirst(_device.Floats(tensor.Floats), tensor.Shape[1], tensor.Shape[2], tensor.Shape[3]);

    // Axes of length 1, and axes that are not there, share their elements.
    private AttentionMask Mask(FixtureCase fixture)
    {
        var mask = new AttentionMask();
        if (fixture.Tensors.Contains("in/keep_mask"))
        {
            var tensor = fixture.Tensors["in/keep_mask"];
            mask.Keep = new(_device.Ints(tensor.Ints), Stride(tensor, 4), Stride(tensor, 3), Stride(tensor, 2));
        }
        if (fixture.Tensors.Contains("in/add_mask"))
        {
            var tensor = fixture.Tensors["in/add_mask"];
            mask.Bias = new(_device.Floats(tensor.Floats), Stride(tensor, 4), Stride(tensor, 3), Stride(tensor, 2));
        }
        return mask;

        static int Stride(FixtureTensor tensor, int axisFromEnd)
        {
            var axis = tensor.Shape.Length - axisFromEnd;
            return axis < 0 || tensor.Shape[axis] == 1 ? 0 : tensor.Shape[(axis + 1)..].Aggregate(1, (product, size) => product * size);
        }
    }

    [Test]
    public void OperandsThatAreTooShort_AreNamed()
    {
        var values = _device.Floats(24);
        var heads = HeadsView.HeadsFirst(values, 2, 3, 4);
        var shortHeads = HeadsView.HeadsFirst(values.SubView(0, 20), 2, 3, 4);
        var problem = new AttentionShape(1, 2, 3, 3, 4);
        Assert.That(
            () => _device.Library.Attention.Forward(problem, heads, shortHeads, heads, heads),
            Throws.ArgumentException.With.Message.StartsWith("Attention [1, 2, 3, 3, 4]: k has 20 elements and needs 24."));
        Assert.That(
            () => _device.Library.Attention.Forward(problem, heads, heads, heads, heads, values),
            Throws.ArgumentException.With.Message.StartsWith("Attention [1, 2, 3, 3, 4]: lse has 24 elements and needs 6."));
    }

    [TestCase(0)]
    [TestCase(257)]
    public void AHeadSizeOutOfRange_IsRefused(int headSize) => Assert.That(
        () => _device.Library.Attention.Forward(new(1, 1, 1, 1, headSize), default, default, default, default),
        Throws.ArgumentException.With.Message.Contains("the head size is from 1 to 256"));

    [TestCase(1f)]
    [TestCase(-0.1f)]
    [TestCase(float.NaN)]
    public void ARateThatIsNone_IsRefused(float rate) => Assert.That(
        () => _device.Library.Attention.Forward(new(1, 1, 1, 1, 4) { DropoutRate = rate }, default, default, default, default),
        Throws.ArgumentException.With.Message.Contains("from 0 to 1, exclusively"));

    [TestCase(1)]
    [TestCase(20)]
    public void AQueryThatSeesNothing_GetsZero(int queries)
    {
        var (o, lse) = Attend(queries, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity);
        Assert.That(o, Is.All.EqualTo(0f));
        Assert.That(lse, Is.All.EqualTo(float.NegativeInfinity));
    }

    [TestCase(1)]
    [TestCase(20)]
    public void TheLeastNumberAsBias_HidesAKeyAsLongAsThereAreOthers(int queries)
    {
        Assert.That(Attend(queries, float.MinValue, 0f, float.MinValue).O, Is.All.EqualTo(1f)); // the value of key 1
        Assert.That(Attend(queries, float.MinValue, float.MinValue, float.MinValue).O, Is.All.EqualTo(1f).Within(1e-6f)); // the mean
    }

    // Values of key s are s, and queries are zero, so that the bias alone decides.
    private (float[] O, float[] Lse) Attend(int queries, params float[] bias)
    {
        const int D = 4;
        var (q, k) = (_device.Floats(queries * D), _device.Floats(bias.Length * D, 1f));
        var v = _device.Floats([.. Enumerable.Range(0, bias.Length * D).Select(i => (float)(i / D))]);
        var (o, lse) = (_device.Floats(queries * D), _device.Floats(queries));
        _device.Library.Attention.Forward(
            new(1, 1, queries, bias.Length, D), View(q, queries), View(k, bias.Length), View(v, bias.Length), View(o, queries), lse,
            new() { Bias = new(_device.Floats(bias)) });
        return (o.GetAsArray(), lse.GetAsArray());

        static HeadsView View(ArrayView<float> values, int rows) => HeadsView.HeadsFirst(values, 1, rows, D);
    }
}
