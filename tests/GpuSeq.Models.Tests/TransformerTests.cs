using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Layers of transformers beyond what the reference cases show: weights, initialisation, dropout, refused forms.</summary>
public sealed class TransformerTests
{
    private static readonly TransformerLayerConfig Small = new() { Width = 8, Heads = 2, Inner = 12, Dropout = 0f };

    private Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Open();

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void Weights_AreLeftByEveryLayerThatIsAsked([Values] bool normFirst)
    {
        using var parameters = new ParameterSet(_device, seed: 1);
        var whole = new Transformer(new(parameters), 2, 3, Small with { NormFirst = normFirst });
        using var graph = _device.BeginGraph(new RandomStream(1), isTraining: false);
        var lengths = graph.Input([5, 3], [2]);
        var (source, target) = (graph.Normal([2, 5, 8]), graph.Normal([2, 4, 8]));
        var encoded = whole.Encoder.Forward(source, new() { Lengths = lengths, ReturnsWeights = true });
        var asked = whole.Decoder.Forward(
            target, encoded.Output, new() { IsCausal = true, ReturnsWeights = true }, new() { Lengths = lengths, ReturnsWeights = true });
        var silent = whole.Forward(source, target, new() { Lengths = lengths }, new() { IsCausal = true }, new() { Lengths = lengths });
        Assert.Multiple(() =>
        {
            Assert.That(encoded.Weights.Select(weights => weights.Shape), Is.EqualTo(Enumerable.Repeat<Shape>([2, 2, 5, 5], 2)));
            Assert.That(asked.SelfWeights.Select(weights => weights.Shape), Is.EqualTo(Enumerable.Repeat<Shape>([2, 2, 4, 4], 3)));
            Assert.That(asked.CrossWeights.Select(weights => weights.Shape), Is.EqualTo(Enumerable.Repeat<Shape>([2, 2, 4, 5], 3)));
            Assert.That(asked.SelfWeights[2].ToArray()[1], Is.Zero, "behind its place");
            Assert.That(asked.CrossWeights[0].ToArray()[^1], Is.Zero, "padding");
            Assert.That(asked.Output.ToArray(), Is.EqualTo(silent.ToArray()).Within(1e-5f), "as without weights");
        });
    }

    [Test]
    public void Matrices_OfAWholeTransformerBeginAsGlorotAndBengioHaveIt()
    {
        using var parameters = new ParameterSet(_device, seed: 1);
        _ = new Transformer(new(parameters), 1, 1, Small with { Width = 32, Inner = 96 });
        foreach (var parameter in parameters.Parameters.Where(parameter => parameter.Shape.Rank == 2))
        {
            var most = parameter.ToArray().Max(Math.Abs);
            var bound = MathF.Sqrt(6f / (parameter.Shape[0] + parameter.Shape[1]));
            Assert.That(most, Is.InRange(0.95f * bound, bound), parameter.Name);
        }
    }

    [Test]
    public void Dropout_DropsInTrainingAlone([Values] bool normFirst)
    {
        using var parameters = new ParameterSet(_device, seed: 1);
        var encoder = new TransformerEncoder(new(parameters), 2, Small with { NormFirst = normFirst, Dropout = 0.5f }, hasNorm: false);
        float[] x = [.. Enumerable.Range(0, 24).Select(i => MathF.Sin(i))];
        Assert.Multiple(() =>
        {
            Assert.That(Run(isTraining: true, seed: 1), Is.Not.EqualTo(Run(isTraining: true, seed: 2)));
            Assert.That(Run(isTraining: false, seed: 1), Is.EqualTo(Run(isTraining: false, seed: 2)));
        });

        float[] Run(bool isTraining, ulong seed)
        {
            using var graph = _device.BeginGraph(new RandomStream(seed), isTraining);
            return encoder.Forward(graph.Input(x, [1, 3, 8])).Output.ToArray();
        }
    }

    [Test]
    public void Gradients_GoThroughDropoutInEveryPlace([Values] bool normFirst)
    {
        using var parameters = new ParameterSet(_device, seed: 2);
        var config = Small with { NormFirst = normFirst, Dropout = 0.2f, AttentionDropout = 0.3f, InnerDropout = 0.1f };
        var layer = new TransformerDecoderLayer(new(parameters), config);
        using var graph = _device.BeginGraph(new RandomStream(1));
        var (x, memory) = (graph.Normal([2, 3, 8]), graph.Normal([2, 4, 8]));
        var y = layer.Forward(x, memory, new() { IsCausal = true }).Output;
        var loss = (y * graph.Normal([2, 3, 8])).Sum();
        var report = graph.CheckGradients(loss, [.. parameters.Parameters], new() { MaxElements = 6 });
        Assert.That(report.Passed, report.ToString());
    }

    [Test]
    public void Heads_MustDivideTheWidth()
    {
        using var parameters = new ParameterSet(_device);
        Assert.That(
            () => new TransformerEncoder(new(parameters), 1, Small with { Heads = 3 }),
            Throws.ArgumentException.With.Message.Contains("3 heads do not divide a width of 8"));
    }
}
