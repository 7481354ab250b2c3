namespace GpuSeq.Engine.Tests;

/// <summary>Parts of a model that are computed again in the backward pass.</summary>
public sealed class CheckpointOperationTests
{
    private const int Width = 256;

    [Test]
    public void Gradients_AreThoseWithoutIt_WithLessMemory([Values(0f, 0.25f)] float dropout)
    {
        var (plain, plainBytes) = Run(dropout, isCheckpointed: false);
        var (again, bytes) = Run(dropout, isCheckpointed: true);
        Assert.Multiple(() =>
        {
            Assert.That(again, Is.EqualTo(plain));
            Assert.That(bytes, Is.LessThan(plainBytes * 0.6));
        });
    }

    [Test]
    public void RecordedSteps_NeedLessMemoryToo()
    {
        Assert.That(Bytes(true), Is.LessThan(Bytes(false) * 0.6));

        static long Bytes(bool isCheckpointed)
        {
            using var device = Device.Open();
            using var parameters = new ParameterSet(device, seed: 3);
            var layers = Layers(parameters);
            using var step = new RecordedStep(device, (graph, batch) =>
            {
                var loss = Forward(graph.Input(batch[0]), layers, 0f, isCheckpointed);
                graph.Backward(loss);
                return loss;
            });
            var batch = new Batch(ElementType.Float32);
            batch[0].Resize([64, Width]);
            step.Run(batch);
            return step.PeakBytes;
        }
    }

    [Test]
    public void CheckGradients_SaysThatItDoesNotGoThrough()
    {
        using var device = Device.Open();
        using var graph = device.BeginGraph();
        var x = graph.Input([1f, 2f], [2], requiresGradient: true);
        var loss = x.Checkpoint(part => part.Tanh()).Sum();
        Assert.That(() => graph.CheckGradients(loss, x), Throws.InvalidOperationException.With.Message.Contains("Checkpoint"));
    }

    private static (float[] Gradients, long PeakBytes) Run(float dropout, bool isCheckpointed)
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device, seed: 3);
        var layers = Layers(parameters);
        var values = Enumerable.Range(0, 64 * Width).Select(i => MathF.Sin(i)).ToArray();
        using var graph = device.BeginGraph(new RandomStream(9));
        var x = graph.Input(values, [64, Width], requiresGradient: true);
        graph.Backward(Forward(x, layers, dropout, isCheckpointed)); // takes the parameters' memory
        device.Pool.ResetPeak();
        var before = device.Pool.BytesInUse;
        graph.Backward(Forward(x, layers, dropout, isCheckpointed));
        float[] gradients = [.. x.Gradient!.ToArray(), .. layers.SelectMany(layer => layer.Gradient!.ToArray())];
        return (gradients, device.Pool.PeakBytesInUse - before);
    }

    private static Parameter[] Layers(ParameterSet parameters) =>
        [.. Enumerable.Range(0, 16).Select(i => parameters.Add($"layer{i}", [Width, Width], Initializer.Glorot(Width, Width)))];

    private static Tensor Forward(Tensor x, Parameter[] layers, float dropout, bool isCheckpointed)
    {
        foreach (var part in layers.Chunk(4))
        {
            Tensor Part(Tensor input) => part.Aggregate(input, (y, layer) => y.Linear(layer).Tanh().Dropout(dropout));
            x = isCheckpointed ? x.Checkpoint(Part) : Part(x);
        }
        return (x * x).Mean();
    }
}
