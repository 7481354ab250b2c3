using GpuSeq.Kernels;

namespace GpuSeq.Engine.Tests;

/// <summary>Convolution and pooling: gradients by differences, 1-D beside 2-D, errors.</summary>
public sealed class ConvolutionOperationTests
{
    private static readonly Conv2dOptions Odd = new() { Stride = (2, 1), Padding = (1, 2), Dilation = (1, 2), Groups = 2 };

    [Test]
    public void Conv2d_HasTheGradientOfDifferences() =>
        Differences.Check(x => x[0].Conv2d(x[1], x[2], Odd), [[2, 4, 4, 5], [6, 2, 3, 2], [6]], tolerance: 1e-3);

    [Test]
    public void Conv1d_HasTheGradientOfDifferences() =>
        Differences.Check(x => x[0].Conv1d(x[1], x[2], stride: 2, padding: 1, dilation: 2), [[2, 3, 9], [4, 3, 3], [4]], tolerance: 1e-3);

    [Test]
    public void Conv2d_WithAnActivation_IsBothInOne([Values(Activation.Relu, Activation.Gelu)] Activation activation) =>
        Differences.Check(
            x => (x[0] - x[0].Detach().Scale(1.9f)).Conv2d(x[1], activation: activation), [[1, 2, 3, 3], [2, 2, 2, 2]], 1e-2f, 2e-2);

    [Test]
    public void Pools_HaveTheGradientOfDifferences() => Assert.Multiple(() =>
    {
        Pool2dOptions options = new() { Stride = (2, 1), Padding = (1, 1), CeilMode = true };
        Differences.Check(x => x[0].AvgPool2d((3, 2), options), [[2, 2, 5, 4]]);
        Differences.Check(x => x[0].AvgPool2d((3, 2), options with { CountIncludePad = false }), [[1, 2, 5, 4]]);
        Differences.Check(x => x[0].MaxPool2d((3, 2), options), [[2, 2, 5, 4]], step: 1e-4f, tolerance: 2e-2);
        Differences.Check(x => x[0].MaxPool1d(3, stride: 2), [[2, 9]], step: 1e-4f, tolerance: 2e-2);
        Differences.Check(x => x[0].AvgPool1d(3, padding: 1), [[2, 9]]);
    });

    [Test]
    public void OneDimension_IsTwoWithHeight1()
    {
        using var device = Device.Open();
        using var graph = device.BeginGraph();
        var x = graph.Input([.. Enumerable.Range(0, 24).Select(i => i % 7 - 3f)], [2, 3, 4]);
        var weight = graph.Input([.. Enumerable.Range(0, 30).Select(i => i % 5 - 2f)], [5, 3, 2]);
        Assert.Multiple(() =>
        {
            Assert.That(
                x.Conv1d(weight, padding: 1).ToArray(),
                Is.EqualTo(x.Reshape([2, 3, 1, 4]).Conv2d(weight.Reshape([5, 3, 1, 2]), options: new() { Padding = (0, 1) }).ToArray()));
            Assert.That(x.MaxPool1d(2).ToArray(), Is.EqualTo(x.MaxPool2d((1, 2)).ToArray()));
            Assert.That(x.AvgPool1d(3, stride: 1).ToArray(), Is.EqualTo(x.AvgPool2d((1, 3), new() { Stride = (1, 1) }).ToArray()));
        });
    }

    [Test]
    public void Errors_NameTheOperationAndTheShapes()
    {
        using var device = Device.Open();
        using var graph = device.BeginGraph();
        var x = graph.Input(new float[48], [2, 3, 2, 4]);
        Assert.Multiple(() =>
        {
            Expect(() => x.Conv2d(graph.Input(new float[8], [1, 2, 2, 2])), "Conv2d", "[2, 3, 2, 4]", "[1, 2, 2, 2]");
            Expect(() => x.Conv2d(graph.Input(new float[8], [2, 4])), "Conv2d", "[2, 3, 2, 4]", "[2, 4]");
            Expect(() => x.Conv1d(graph.Input(new float[8], [1, 2, 4])), "Conv1d", "[2, 3, 2, 4]");
            Expect(
                () => x.Conv2d(graph.Input(new float[6], [2, 3, 1, 1]), graph.Input(new float[3], [3])), "Conv2d", "[2, 3, 1, 1]", "[3]");
            Expect(() => x.MaxPool2d((3, 3)), "MaxPool2d", "[2, 3, 2, 4]", "3 x 3");
            Expect(() => graph.Input(new float[3], [3]).AvgPool2d((1, 1)), "AvgPool2d", "[3]");
            Expect(() => x.MaxPool1d(5), "MaxPool1d", "[2, 3, 2, 4]");
        });

        static void Expect(TestDelegate code, params string[] words)
        {
            var exception = Assert.Throws<ShapeException>(code)!;
            foreach (var word in words)
                Assert.That(exception.Message, Does.Contain(word));
        }
    }
}
