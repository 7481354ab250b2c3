using GpuSeq.Kernels;

namespace GpuSeq.Engine.Tests;

/// <summary>Operations that choose: maxima, the k largest, draws from logits; and random tensors.</summary>
public sealed class SelectionOperationTests
{
    private Device _device = null!;
    private Graph _graph = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Open();
        _graph = _device.BeginGraph(new RandomStream(5));
    }

    [TearDown]
    public void Close()
    {
        _graph.Dispose();
        _device.Dispose();
    }

    [Test]
    public void Max_ArgMax_And_TopK_FindTheLargest()
    {
        var x = _graph.Input([1f, 5f, 2f, 7f, 3f, 7f], [2, 3]);
        var (values, indices) = x.TopK(2);
        Assert.Multiple(() =>
        {
            Assert.That(x.Max(0).ToArray(), Is.EqualTo(new[] { 7f, 5f, 7f }));
            Assert.That(x.Max(-1, keepAxis: true).Shape, Is.EqualTo(new Shape(2, 1)));
            Assert.That(x.ArgMax(1).ToIntArray(), Is.EqualTo(new[] { 1, 0 }), "the first of several");
            Assert.That(values.ToArray(), Is.EqualTo(new[] { 5f, 2f, 7f, 7f }));
            Assert.That(indices.ToIntArray(), Is.EqualTo(new[] { 1, 2, 0, 2 }));
        });
    }

    [Test]
    public void Sample_DrawsFromWhatTheOptionsLeave()
    {
        var logits = _graph.Normal([50, 4, 7]);
        var greedy = logits.Sample(new() { Temperature = 0f });
        var draws = logits.Sample(new() { TopK = 2 }).ToIntArray();
        var filtered = logits.FilterLogits(new() { TopK = 2, Temperature = 0.5f }).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(greedy.Shape, Is.EqualTo(new Shape(50, 4)));
            Assert.That(greedy.ToIntArray(), Is.EqualTo(logits.ArgMax(-1).ToIntArray()));
            Assert.That(draws.Select((choice, row) => filtered[row * 7 + choice]), Is.All.GreaterThan(float.NegativeInfinity));
            Assert.That(filtered.Count(float.IsFinite), Is.EqualTo(400));
            Assert.That(draws, Is.Not.EqualTo(logits.Sample(new() { TopK = 2 }).ToIntArray()), "another call");
            Assert.That(draws, Is.Not.EqualTo(greedy.ToIntArray()));
        });
    }

    [Test]
    public void RandomTensors_HaveTheirDistributions() => Assert.Multiple(() =>
    {
        Assert.That(_graph.Uniform([10_000], 2f, 4f).ToArray(), Is.All.InRange(2f, 4f));
        Assert.That(_graph.Uniform([10_000], 2f, 4f).Mean().Item(), Is.EqualTo(3f).Within(0.05f));
        Assert.That(_graph.Normal([10_000], 1f, 2f).Square().Mean().Item(), Is.EqualTo(5f).Within(0.3f));
        Assert.That(_graph.Bernoulli([10_000], 0.3f).Mean().Item(), Is.EqualTo(0.3f).Within(0.03f));
    });

    [Test]
    public void Losses_AreTheirFormulas()
    {
        var x = _graph.Input([1f, -2f, 0f], [3]);
        var targets = _graph.Input([0f, 1f, 1f], [3]);
        Assert.Multiple(() =>
        {
            Assert.That(x.SquaredError(targets, LossReduction.None).ToArray(), Is.EqualTo(new[] { 1f, 9f, 1f }));
            Assert.That(x.SquaredError(targets).Item(), Is.EqualTo(11f / 3).Within(1e-6f));
            Assert.That(
                x.BinaryCrossEntropy(targets, LossReduction.Sum).Item(),
                Is.EqualTo(Math.Log(1 + Math.E) + Math.Log(1 + Math.Exp(2)) + Math.Log(2)).Within(1e-6));
            Assert.That(x.Softmax().ToArray().Sum(), Is.EqualTo(1f).Within(1e-6f));
        });
    }

    [Test]
    public void Errors_NameTheOperationAndTheShapes() => Assert.Multiple(() =>
    {
        var x = _graph.Input(new float[12], [3, 4]);
        var ids = _graph.Input(new int[3], [3]);
        var scalar = _graph.Input([1f], Shape.Scalar);
        Expect(() => x.TopK(5), "TopK", "[3, 4]", "5");
        Expect(() => x.Max(2), "Max", "[3, 4]", "axis 2");
        Expect(() => _graph.Input([], [3, 0]).Max(1), "Max", "[3, 0]");
        Expect(() => x.Sum(-3), "Sum", "[3, 4]", "axis -3");
        Expect(() => scalar.Softmax(), "Softmax", "[]");
        Expect(() => scalar.Sample(), "Sample", "[]");
        Expect(() => x.SquaredError(scalar), "SquaredError", "[3, 4]", "[]");
        Expect(() => x.BinaryCrossEntropy(x, weights: _graph.Input(new float[3], [3])), "BinaryCrossEntropy", "[3, 4]", "weights [3]");
        Expect(() => x.AddLayerNorm(x, bias: scalar), "AddLayerNorm", "[3, 4]", "bias []");
        Expect(() => Operations.EmbeddingSum(new(ids, x), new(ids, scalar)), "EmbeddingSum", "[3, 4]", "table []");
    });

    private static void Expect(TestDelegate code, params string[] words)
    {
        var exception = Assert.Throws<ShapeException>(code)!;
        foreach (var word in words)
            Assert.That(exception.Message, Does.Contain(word));
    }
}
