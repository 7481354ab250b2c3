using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Recurrent layers beyond what the reference cases show.</summary>
public sealed class RecurrentTests
{
    [TestCase(1, false)]
    [TestCase(2, true)]
    [TestCase(3, true)]
    public void Dropout_ActsBetweenLayersAndInTrainingOnly(int layers, bool acts)
    {
        using var device = Device.Open();
        var plain = Run(0f, isTraining: true);
        var dropped = Run(0.5f, isTraining: true);
        Assert.Multiple(() =>
        {
            Assert.That(Run(0.5f, isTraining: false), Is.EqualTo(plain), "evaluation");
            Assert.That(dropped.SequenceEqual(plain), Is.Not.EqualTo(acts), "training");
            Assert.That(Run(0.5f, isTraining: true), Is.EqualTo(dropped), "the same seed");
        });

        float[] Run(float dropout, bool isTraining)
        {
            using var parameters = new ParameterSet(device, seed: 3);
            var config = new RecurrentConfig { Inputs = 4, Hidden = 6, Layers = layers, Bidirectional = true, Dropout = dropout };
            var recurrent = new Recurrent(new(parameters), config);
            using var graph = device.BeginGraph(new RandomStream(1), isTraining);
            var x = graph.Input([.. Enumerable.Range(0, 2 * 5 * 4).Select(i => MathF.Sin(i))], [2, 5, 4]);
            return recurrent.Forward(x).Output.ToArray();
        }
    }

    [Test]
    public void AProjection_NeedsAnLstm()
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device);
        var config = new RecurrentConfig { Cell = CellKind.Gru, Inputs = 4, Hidden = 6, Projection = 3 };
        Assert.That(() => new Recurrent(new(parameters), config), Throws.ArgumentException.With.Message.Contains("Gru"));
    }
}
