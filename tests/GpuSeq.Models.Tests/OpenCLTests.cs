using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>A model trains on OpenCL as it does on the CPU.</summary>
[Category("OpenCL")]
public sealed class OpenCLTests
{
    private static readonly CharRnnConfig Small = new() { VocabSize = 1, EmbeddingSize = 12, HiddenSize = 24 };

    private static Device OpenDevice()
    {
        var info = Device.List().First(device => device.Kind == "opencl");
        if (!info.IsAvailable)
            Assert.Ignore($"No OpenCL device: {info.Reason}.");
        return Device.Open(info.Id);
    }

    [Test]
    public void Losses_are_those_of_the_CPU_step_by_step([Values] CellKind cell)
    {
        using var device = OpenDevice();
        using var cpu = Device.Open();
        var config = Small with { Cell = cell, NumLayers = 2, Dropout = 0.3f };
        var (expected, actual) = (Losses(cpu, config), Losses(device, config));
        TestContext.Out.WriteLine(string.Join(", ", expected.Zip(actual, (a, b) => $"{a:G9} {b - a:G2}")));
        Assert.That(expected[^1], Is.LessThan(expected[0]), "it learns");
        Assert.That(actual, Is.EqualTo(expected).Within(2e-5f));
    }

    [Test]
    public void Dropout_drops_the_same_elements()
    {
        using var device = OpenDevice();
        using var cpu = Device.Open();
        Assert.That(Dropped(device), Is.EqualTo(Dropped(cpu)));
        Assert.That(Dropped(cpu), Has.Some.Zero.And.Some.Not.Zero);

        static float[] Dropped(Device device)
        {
            using var graph = device.BeginGraph(new RandomStream(7));
            var ones = new float[10_007];
            Array.Fill(ones, 1f);
            return graph.Input(ones, [ones.Length]).Dropout(0.4f).ToArray();
        }
    }

    private static float[] Losses(Device device, CharRnnConfig config)
    {
        using var task = CharRnnTests.Task(device, new() { Batch = 4 }, config);
        using var adam = new Adam(task.Parameters, learningRate: 5e-3f) { ClipNorm = 1f };
        var random = new RandomStream(3);
        var losses = new float[20];
        var batch = task.Batches.NewBatch();
        for (var step = 0; step < losses.Length; step++)
        {
            using var graph = device.BeginGraph(random);
            task.Batches.Read(0, step, batch);
            var loss = task.Loss(graph, batch);
            graph.Backward(loss);
            adam.Step();
            losses[step] = loss.Item();
        }
        return losses;
    }
}
