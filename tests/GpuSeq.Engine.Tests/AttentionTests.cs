namespace GpuSeq.Engine.Tests;

/// <summary>How attention takes its operands: apart, side by side, or one tensor in several roles.</summary>
public sealed class AttentionTests
{
    private const int B = 2, T = 5, H = 2, D = 3, C = H * D;

    private Device _device = null!;

    [OneTimeSetUp]
    public void Open() => _device = Device.Open();

    [OneTimeTearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void OneTensorInThreeRoles_GetsTheSumOfTheirGradients()
    {
        var values = Values(B * T * C, 1);
        var expected = new float[values.Length];
        using (var graph = _device.BeginGraph())
        {
            var parts = Enumerable.Range(0, 3).Select(_ => graph.Input(values, [B, T, C], requiresGradient: true)).ToArray();
            graph.Backward(Loss(graph, parts[0].Attention(parts[1], parts[2], H).Output));
            foreach (var part in parts)
                expected = [.. expected.Zip(part.Gradient!.ToArray(), (sum, value) => sum + value)];
        }
        using (var graph = _device.BeginGraph())
        {
            var x = graph.Input(values, [B, T, C], requiresGradient: true);
            graph.Backward(Loss(graph, x.Attention(x, x, H).Output));
            Assert.That(x.Gradient!.ToArray(), Is.EqualTo(expected).Within(1e-6f));
        }
    }

    [Test]
    public void AFusedProjection_AndHeadsOfTheirOwn_GiveTheSame()
    {
        using var graph = _device.BeginGraph();
        var (q, k, v) = (Values(B * T * C, 1), Values(B * T * C, 2), Values(B * T * C, 3));
        var options = new AttentionOptions { IsCausal = true };
        var apart = graph.Input(q, [B, T, C]).Attention(graph.Input(k, [B, T, C]), graph.Input(v, [B, T, C]), H, options).Output;
        var fused = Enumerable.Range(0, B * T).SelectMany(row => new[] { q, k, v }.SelectMany(part => part[(row * C)..((row + 1) * C)]));
        var together = graph.Input([.. fused], [B, T, 3 * C]).SelfAttention(H, options).Output;
        var ofHeads = Heads(q).Attention(Heads(k), Heads(v), options: options).Output;
        Assert.Multiple(() =>
        {
            Assert.That(together.ToArray(), Is.EqualTo(apart.ToArray()));
            Assert.That(ofHeads.ToArray(), Is.EqualTo(HeadsFirst(apart.ToArray())));
        });

        Tensor Heads(float[] values) => graph.Input(HeadsFirst(values), [B, H, T, D]);
    }

    [Test]
    public void WeightsAlone_HaveAGradient()
    {
        using var graph = _device.BeginGraph();
        var qkv = graph.Input(Values(B * T * 3 * C, 1), [B, T, 3 * C], requiresGradient: true);
        var weights = qkv.SelfAttention(H, new() { ReturnsWeights = true }).Weights!;
        graph.Backward(Loss(graph, weights));
        var gradient = qkv.Gradient!.ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(Part(0).Concat(Part(1)), Has.All.Not.Zero);
            Assert.That(Part(2), Is.All.Zero); // values do not move the weights
        });

        IEnumerable<float> Part(int part) => gradient.Where((_, i) => i % (3 * C) / C == part);
    }

    [Test]
    public void DropoutInTraining_ChangesTheOutputsAndKeepsTheirMean()
    {
        var plain = Run(0f);
        var dropped = Enumerable.Range(0, 400).Select(call => Run(0.3f, call)).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(dropped[0], Is.Not.EqualTo(plain));
            Assert.That(dropped.Average(values => values.Average()), Is.EqualTo(plain.Average()).Within(0.02));
        });

        float[] Run(float rate, int seed = 0)
        {
            using var graph = _device.BeginGraph(new RandomStream((ulong)seed));
            return graph.Input(Values(B * T * 3 * C, 1), [B, T, 3 * C]).SelfAttention(H, new() { Dropout = rate }).Output.ToArray();
        }
    }

    [Test]
    public void SizesThatDoNotFit_AreNamed()
    {
        using var graph = _device.BeginGraph();
        var x = graph.Input(Values(B * T * C, 1), [B, T, C]);
        var memory = graph.Input(Values(B * 4 * 4, 1), [B, 4, 4]);
        Assert.Multiple(() =>
        {
            Assert.That(
                () => x.Attention(memory, memory, H),
                Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                    "Attention: shapes do not fit: q [2, 5, 6], k [2, 4, 4] and v [2, 4, 4], heads 2."));
            Assert.That(
                () => x.Attention(x, x, H, new() { Keep = graph.Input([1, 1, 1], [3]) }),
                Throws.TypeOf<ShapeException>().With.Message.EqualTo("Attention: shapes do not fit: a mask [3] for scores [2, 2, 5, 5]."));
            Assert.That(
                () => x.Attention(x, x, H, new() { Lengths = graph.Input([1, 1, 1], [3]) }),
                Throws.TypeOf<ShapeException>().With.Message.EqualTo("Attention: shapes do not fit: lengths Int32 [3] for 2 sequences."));
        });
    }

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextSingle() - 1)];
    }

    private static Tensor Loss(Graph graph, Tensor y) => y.Multiply(graph.Input(Values((int)y.Shape.ElementCount, 9), y.Shape)).Sum();

    // [B, T, H D] to [B, H, T, D].
    private static float[] HeadsFirst(float[] values) =>
    [
        .. from b in Enumerable.Range(0, B)
        from h in Enumerable.Range(0, H)
        from t in Enumerable.Range(0, T)
        from d in Enumerable.Range(0, D)
        select values[((b * T + t) * H + h) * D + d],
    ];
}
