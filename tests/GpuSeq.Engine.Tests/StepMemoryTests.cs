using GpuSeq.Kernels;

namespace GpuSeq.Engine.Tests;

/// <summary>The memory of whole steps.</summary>
public sealed class StepMemoryTests
{
    private const int B = 2, T = 32, C = 64, H = 4, L = 12, V = 50;

    [Test]
    public void TransformerStep_PeaksCloseToWhatItsLiveValuesNeed([Values] bool isCheckpointed)
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device, seed: 1);
        var model = new Transformer(parameters);
        using var adam = new Adam(parameters, 1e-3f) { ClipNorm = 1f };
        using var step = new RecordedStep(
            device,
            (graph, batch) =>
            {
                var loss = model.Forward(graph.Input(batch[0]), isCheckpointed).CrossEntropy(graph.Input(batch[1]));
                graph.Backward(loss);
                adam.Step();
                return loss;
            },
            new RandomStream(3));
        var batch = new Batch(ElementType.Int32, ElementType.Int32);
        batch[0].Set([.. Enumerable.Range(0, B * T).Select(i => i * i % V)], [B, T]);
        batch[1].Set([.. Enumerable.Range(1, B * T).Select(i => i * i % V)], [B, T]);
        var first = step.Run(batch).Item();
        for (var i = 0; i < 6; i++)
            step.Run(batch);
        TestContext.Out.WriteLine($"{step.Launches} launches, {step.PeakBytes} bytes where {step.LiveBytes} live at once");
        Assert.Multiple(() =>
        {
            Assert.That(step.Obstacle, Is.Null);
            Assert.That(step.Replays, Is.GreaterThan(2));
            Assert.That(step.Run(batch).Item(), Is.LessThan(first));
            Assert.That(step.PeakBytes, Is.InRange(step.LiveBytes, step.LiveBytes * 1.1));
            Assert.That(step.LiveBytes, isCheckpointed ? Is.LessThan(2_000_000) : Is.GreaterThan(3_000_000));
        });
    }

    // Pre-norm layers of self-attention and feed-forward, with dropout.
    private sealed class Transformer
    {
        private readonly Parameter _table;
        private readonly Layer[] _layers;

        public Transformer(ParameterSet parameters)
        {
            _table = parameters.Add("table", [V, C], Initializer.Normal(0.1f));
            _layers = [.. Enumerable.Range(0, L).Select(i => new Layer(parameters, i))];
        }

        public Tensor Forward(Tensor ids, bool isCheckpointed)
        {
            var x = ids.Embedding(_table);
            foreach (var layer in _layers)
                x = isCheckpointed ? x.Checkpoint(layer.Forward) : layer.Forward(x);
            return x.Linear(_table);
        }
    }

    private sealed class Layer(ParameterSet parameters, int number)
    {
        private readonly Parameter _qkv = parameters.Add($"{number}.qkv", [3 * C, C], Initializer.Glorot(C, 3 * C));
        private readonly Parameter _out = parameters.Add($"{number}.out", [C, C], Initializer.Glorot(C, C));
        private readonly Parameter _up = parameters.Add($"{number}.up", [4 * C, C], Initializer.Glorot(C, 4 * C));
        private readonly Parameter _down = parameters.Add($"{number}.down", [C, 4 * C], Initializer.Glorot(4 * C, C));
        private readonly Parameter _gamma1 = parameters.Add($"{number}.gamma1", [C], Initializer.Ones);
        private readonly Parameter _gamma2 = parameters.Add($"{number}.gamma2", [C], Initializer.Ones);

        public Tensor Forward(Tensor x)
        {
            var attended = x.LayerNorm([C], _gamma1).Linear(_qkv).SelfAttention(H, new() { IsCausal = true, Dropout = 0.1f }).Output;
            x += attended.Linear(_out).Dropout(0.1f);
            return x + x.LayerNorm([C], _gamma2).Linear(_up).Activate(Activation.Gelu).Linear(_down).Dropout(0.1f);
        }
    }
}
