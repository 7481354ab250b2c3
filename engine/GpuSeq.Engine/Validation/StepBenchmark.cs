using GpuSeq.Kernels;

namespace GpuSeq.Engine;

/// <summary>A whole training step that is timed: how much the engine costs where the kernels have little to do.</summary>
/// <param name="Name">What is trained.</param>
/// <param name="Flops">Floating-point operations of the matrix products of a step.</param>
/// <param name="Create">Makes the step, with its first values drawn, and the batch that it learns.</param>
internal sealed record StepBenchmark(string Name, double Flops, Func<Device, StepBenchmark.Training> Create)
{
    /// <summary>The name under which steps stand beside kernels.</summary>
    public const string Kernel = "step";

    private const int StepsOfCheck = 2000;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<StepBenchmark> All { get; } =
    [
        new("xor", 3 * 2 * 4 * (2 * 4 + 4), Xor),
        new("char-lstm 1x25 128", 3 * 2 * 25.0 * (2 * 4 * 128 * 128 + 128 * 65), CharLstm),
    ];

    /// <summary>Trains for a while.</summary>
    /// <returns>What is wrong, or null where the step is replayed and its loss falls.</returns>
    public static string? Check(Training training)
    {
        var first = training.Step.Run(training.Batch).Item();
        for (var step = 0; step < StepsOfCheck; step++)
            training.Step.Run(training.Batch);
        var last = training.Step.Run(training.Batch).Item();
        return training.Step.Obstacle ?? (last < first / 10 ? null : $"the loss was {first} and is {last} after {StepsOfCheck} steps");
    }

    // 2-4-1 with sigmoids, squared error, gradient descent; the four rows of the table at once.
    private static Training Xor(Device device)
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
        return new(parameters, optimizer, step, batch);
    }

    // A character model with a vocabulary of 65: embedding, LSTM with a carried state, linear layer, clipping by norm, Adam.
    private static Training CharLstm(Device device)
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
        return new(parameters, optimizer, step, batch, h, c);
    }

    /// <summary>A step and what it works on.</summary>
    internal sealed class Training(ParameterSet parameters, Optimizer optimizer, RecordedStep step, Batch batch, params StateTensor[] states)
        : IDisposable
    {
        public RecordedStep Step => step;

        public Batch Batch => batch;

        public void Dispose()
        {
            step.Dispose();
            optimizer.Dispose();
            parameters.Dispose();
            foreach (var state in states)
                state.Dispose();
        }
    }
}
