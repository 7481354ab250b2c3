using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A training step of an encoder and decoder as for the translation of short sentences: embeddings, three and three layers, output
/// weights that are the embeddings, dropout, cross-entropy, clipping by norm, Adam.
/// </summary>
internal static class TransformerStep
{
    private const int B = 32, T = 20, V = 8000, C = 256, F = 1024, L = 3;
    private const int StepsOfCheck = 60;

    public static StepBenchmark Benchmark { get; } = new(StepBenchmark.Step, $"transformer {B}x{T}+{T} {C} {L}+{L}", Flops(), Create);

    // Each weight is multiplied once in the forward pass and twice in the backward pass; attention as well, with T keys.
    private static double Flops()
    {
        const double Attention = 4.0 * C * C + 2.0 * T * C, Inner = 2.0 * C * F;
        const double Encoder = Attention + Inner, Decoder = 2 * Attention + Inner;
        return 3 * 2 * B * (double)T * (L * (Encoder + Decoder) + (double)C * V);
    }

    private static TimedStep Create(Device device)
    {
        var random = new RandomStream(seed: 1);
        var parameters = new ParameterSet(device, seed: 1);
        var scope = new ParameterScope(parameters);
        var words = new Embedding(scope["embedding"], V, C, initializer: Initializer.Normal(1f / MathF.Sqrt(C)));
        var layers = new TransformerLayerConfig { Width = C, Heads = 8, Inner = F, Dropout = 0.1f };
        var transformer = new Transformer(scope, L, L, layers);
        var output = new Linear(scope["output"], words.Weight);
        var optimizer = new Adam(parameters, learningRate: 1e-3f) { ClipNorm = 1f };
        var step = new RecordedStep(
            device,
            (graph, batch) =>
            {
                var y = transformer.Forward(Read(graph.Input(batch[0])), Read(graph.Input(batch[1])), targetOptions: new() { IsCausal = true });
                var loss = output.Forward(y).CrossEntropy(graph.Input(batch[2]));
                graph.Backward(loss);
                optimizer.Step();
                return loss;
            },
            random);
        var batch = new Batch(ElementType.Int32, ElementType.Int32, ElementType.Int32);
        for (var i = 0; i < batch.Count; i++)
            batch[i].Set([.. Enumerable.Range(0, B * T).Select(place => place * (37 + i) % V)], [B, T]);
        return TimedStep.Training(step, batch, StepsOfCheck, optimizer, parameters);

        Tensor Read(Tensor ids) => (words.Forward(ids) * MathF.Sqrt(C)).Dropout(layers.Dropout);
    }
}
