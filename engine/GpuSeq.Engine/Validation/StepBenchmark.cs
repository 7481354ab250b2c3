using GpuSeq.Kernels;

namespace GpuSeq.Engine;

/// <summary>Work of many launches that is timed as a whole, such as a training step.</summary>
/// <param name="Kernel">What stands in the place of a kernel's name, such as <see cref="Step"/>.</param>
/// <param name="Name">What is computed.</param>
/// <param name="Flops">Floating-point operations of its matrix products.</param>
/// <param name="Create">Makes it, with its first values drawn.</param>
public sealed record StepBenchmark(string Kernel, string Name, double Flops, Func<Device, TimedStep> Create)
{
    /// <summary>The name of training steps.</summary>
    public const string Step = "step";

    private const int StepsOfCheck = 2000;

    /// <summary>Bytes that must move at least, such as those of all weights; 0 where the operations are what limits.</summary>
    public double Bytes { get; init; }

    /// <summary>Small training steps, which show how much the engine costs where the kernels have little to do.</summary>
    public static IReadOnlyList<StepBenchmark> Small { get; } =
    [
        new(Step, "xor", 3 * 2 * 4 * (2 * 4 + 4), Xor),
        new(Step, "char-lstm 1x25 128", 3 * 2 * 25.0 * (2 * 4 * 128 * 128 + 128 * 65), CharLstm),
    ];

    /// <inheritdoc/>
    public override string ToString() => $"{Kernel} {Name}";

    // 2-4-1 with sigmoids, squared error, gradient descent; the four rows of the table at once.
    private static TimedStep Xor(Device device)
    {
        var parameters = new ParameterSet(device, seed: 1);
        var (w1, b1) = (parameters.Add("w1", [4, 2], Initializer.Uniform(1f)), parameters.Add("b1", [4], Initializer.Uniform(1f)));
        var (w2, b2) = (parameters.Add("w2", [1, 4], Initializer.Uniform(1f)), parameters.Add("b2", [1], Initializer.Uniform(1f)));
        var optimizer = new Sgd(parameters, learningRate: 2f, momentum: 0.9);
        var step = new RecordedStep(device, (graph, batch) =>
        {
            var y = graph.Input(batch[0]).Linear(w1, b1, Activation.Sigmoid).Linear(w2, b2, Activation.Sigmoid);
            var loss = y.SquaredError(graph.Input(batch[1]));
            graph.Backward(loss);
            optimizer.Step();
            return loss;
        });
        var batch = new Batch(ElementType.Float32, ElementType.Float32);
        batch[0].Set([0f, 0f, 0f, 1f, 1f, 0f, 1f, 1f], [4, 2]);
        batch[1].Set([0f, 1f, 1f, 0f], [4, 1]);
        return TimedStep.Training(step, batch, StepsOfCheck, optimizer, parameters);
    }

    // A character model with a vocabulary of 65: embedding, LSTM with a carried state, linear layer, clipping by norm, Adam.
    private static TimedStep CharLstm(Device device)
    {
        const int V = 65, H = 128, T = 25;
        var parameters = new ParameterSet(device, seed: 1);
        var table = parameters.Add("embedding", [V, H], Initializer.Normal(1f));
        var lstm = new RecurrentWeights(
            parameters.Add("weight_ih", [4 * H, H], Initializer.FanIn(H)), parameters.Add("weight_hh", [4 * H, H], Initializer.FanIn(H)),
            parameters.Add("bias_ih", [4 * H], Initializer.FanIn(H)), parameters.Add("bias_hh", [4 * H], Initializer.FanIn(H)));
        var (decoder, bias) = (parameters.Add("decoder", [V, H], Initializer.FanIn(H)), parameters.Add("bias", [V], Initializer.FanIn(H)));
        var optimizer = new Adam(parameters, learningRate: 1e-3f) { ClipNorm = 1f };
        var (h, c) = (new StateTensor(device, [1, 1, H]), new StateTensor(device, [1, 1, H]));
        var step = new RecordedStep(device, (graph, batch) =>
        {
            var states = graph.Input(batch[0]).Embedding(table).Lstm([lstm], new(), h, c);
            h.Assign(states.State);
            c.Assign(states.Cell!);
            var loss = states.Output.Linear(decoder, bias).CrossEntropy(graph.Input(batch[1]));
            graph.Backward(loss);
            optimizer.Step();
            return loss;
        });
        var batch = new Batch(ElementType.Int32, ElementType.Int32);
        batch[0].Set([.. Enumerable.Range(0, T).Select(i => i * i % V)], [1, T]);
        batch[1].Set([.. Enumerable.Range(1, T).Select(i => i * i % V)], [1, T]);
        return TimedStep.Training(step, batch, StepsOfCheck, optimizer, parameters, h, c);
    }
}
