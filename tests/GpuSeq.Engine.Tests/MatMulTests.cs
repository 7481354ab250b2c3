namespace GpuSeq.Engine.Tests;

/// <summary>Matrix products of tensors, their gradients and their errors.</summary>
public sealed class MatMulTests
{
    private Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Open();

    [TearDown]
    public void Close() => _device.Dispose();

    private static IEnumerable<TestCaseData> Shapes =>
    [
        new(new[] { 3, 4 }, new[] { 4, 5 }, new[] { 3, 5 }),
        new(new[] { 2, 3, 4 }, new[] { 2, 4, 5 }, new[] { 2, 3, 5 }),
        new(new[] { 2, 3, 1, 4 }, new[] { 2, 3, 4, 7 }, new[] { 2, 3, 1, 7 }),
        new(new[] { 2, 3, 4 }, new[] { 4, 5 }, new[] { 2, 3, 5 }),
        new(new[] { 3, 4 }, new[] { 3, 2, 4, 5 }, new[] { 3, 2, 3, 5 }),
        new(new[] { 0, 3, 4 }, new[] { 0, 4, 5 }, new[] { 0, 3, 5 }),
    ];

    [TestCaseSource(nameof(Shapes))]
    public void MatMul_MultipliesTheMatricesOfEveryLeadingIndex(int[] a, int[] b, int[] y)
    {
        using var graph = _device.BeginGraph();
        var (left, right) = (Values(a, 3), Values(b, 5));
        var product = graph.Input(left, new Shape(a)).MatMul(graph.Input(right, new Shape(b)));
        Assert.That(product.Shape, Is.EqualTo(new Shape(y)));
        Assert.That(product.ToArray(), Is.EqualTo(Product(left, a, right, b, y)));
    }

    [TestCaseSource(nameof(Shapes))]
    public void Backward_GivesTheGradientsOfBothOperands(int[] a, int[] b, int[] y)
    {
        using var graph = _device.BeginGraph();
        var (left, right, weights) = (Values(a, 3), Values(b, 5), Values(y, 7));
        var x = graph.Input(left, new Shape(a), requiresGradient: true);
        var z = graph.Input(right, new Shape(b), requiresGradient: true);
        graph.Backward((x.MatMul(z) * graph.Input(weights, new Shape(y))).Sum());
        Assert.Multiple(() =>
        {
            // The sum is linear in each element: what a step of 1 changes is the derivative.
            Assert.That(x.Gradient!.ToArray(), Is.EqualTo(Steps(left, stepped => Sum(Product(stepped, a, right, b, y), weights))));
            Assert.That(z.Gradient!.ToArray(), Is.EqualTo(Steps(right, stepped => Sum(Product(left, a, stepped, b, y), weights))));
        });
    }

    [TestCase(new[] { 2, 3, 4 }, new[] { 2, 5, 4 })]
    [TestCase(new[] { 2, 3, 4 }, new[] { 3, 4, 5 })]
    [TestCase(new[] { 2, 3, 4 }, new[] { 1, 2, 4, 5 })]
    [TestCase(new[] { 4 }, new[] { 4, 5 })]
    [TestCase(new[] { 3, 4 }, new[] { 4 })]
    public void MatMul_NamesShapesThatDoNotFit(int[] a, int[] b)
    {
        using var graph = _device.BeginGraph();
        var left = graph.Input(Values(a, 3), new Shape(a));
        var right = graph.Input(Values(b, 3), new Shape(b));
        Assert.That(
            () => left.MatMul(right),
            Throws.TypeOf<ShapeException>().With.Message.Contains($"{left.Shape}").And.Message.Contains($"{right.Shape}"));
    }

    // Small integers, so that every result is exact.
    private static float[] Values(int[] shape, int step) =>
        [.. Enumerable.Range(0, shape.Aggregate(1, (count, size) => count * size)).Select(i => (float)(i * step % 11 - 5))];

    private static float[] Product(float[] a, int[] aShape, float[] b, int[] bShape, int[] yShape)
    {
        var (m, k, n) = (aShape[^2], aShape[^1], bShape[^1]);
        var y = new float[yShape.Aggregate(1, (count, size) => count * size)];
        for (var i = 0; i < y.Length; i++)
        {
            var (matrix, row, column) = (i / (m * n), i / n % m, i % n);
            var (left, right) = (aShape.Length > 2 ? matrix : 0, bShape.Length > 2 ? matrix : 0);
            for (var j = 0; j < k; j++)
                y[i] += a[(left * m + row) * k + j] * b[(right * k + j) * n + column];
        }
        return y;
    }

    private static float Sum(float[] y, float[] weights) => y.Zip(weights, (value, weight) => value * weight).Sum();

    private static float[] Steps(float[] x, Func<float[], float> value) => [.. x.Select((_, i) =>
    {
        var stepped = (float[])x.Clone();
        stepped[i]++;
        return value(stepped) - value(x);
    })];
}
