namespace GpuSeq.Engine.Tests;

/// <summary>Convolution and pooling: 1-D beside 2-D, errors.</summary>
public sealed class ConvolutionOperationTests
{
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
