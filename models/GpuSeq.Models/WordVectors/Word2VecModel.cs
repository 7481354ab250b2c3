using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// Word vectors (Mikolov, Chen, Corrado and Dean 2013; Mikolov, Sutskever, Chen, Corrado and Dean 2013): two tables of a vector
/// for each word, <c>input.weight</c>, which are what is learned for, and <c>output.weight</c>.
/// </summary>
public sealed class Word2VecModel : IModel
{
    /// <summary>A model with first values as the original tool has them: small ones for the input, zeros for the output.</summary>
    public Word2VecModel(Device device, Word2VecConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Parameters = new ParameterSet(device, seed);
        Shape shape = [config.VocabSize, config.VectorSize];
        Input = Parameters.Add("input.weight", shape, Initializer.Uniform(0.5f / config.VectorSize));
        Output = Parameters.Add("output.weight", shape, Initializer.Zeros);
    }

    /// <summary>The form of the model.</summary>
    public Word2VecConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>[V, C], the vectors of words.</summary>
    public Parameter Input { get; }

    /// <summary>[V, C], by which words are foretold.</summary>
    public Parameter Output { get; }

    /// <summary>The mean loss of a batch of <see cref="ContextBatches"/>, through which gradients go.</summary>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var (hidden, targets) = (Hidden(graph, batch), graph.Input(batch[1]));
        if (Config.Negatives == 0)
            return hidden.Linear(Output).CrossEntropy(targets);
        var examples = targets.Shape[0];
        var noise = graph.Input(batch[2]);
        hidden = hidden.Reshape([examples, Config.VectorSize, 1]);
        var target = targets.Reshape([examples, 1]).Embedding(Output).MatMul(hidden); // [B, 1, 1]
        var others = noise.Embedding(Output).MatMul(hidden); // [B, K, 1]
        var loss = Loss(target, graph, 1f).Add(Loss(others, graph, 0f));
        return loss.Scale(1f / examples);
    }

    /// <summary>The same loss, after which the tables are changed as SGD on the sum of the examples' losses changes them.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="learningRate">One number.</param>
    public Tensor Step(Graph graph, Batch batch, HostTensor learningRate)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var lengths = Config.Kind == Word2VecKind.Cbow ? graph.Input(batch[3]) : null;
        return graph.Input(batch[0]).NegativeSamplingStep(
            Input, Output, graph.Input(batch[1]), graph.Input(batch[2]), graph.Input(learningRate), lengths).Mean();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();

    // The vector of a center, or the mean of those around a target: [B, C].
    private Tensor Hidden(Graph graph, Batch batch)
    {
        var vectors = graph.Input(batch[0]).Embedding(Input);
        return Config.Kind == Word2VecKind.SkipGram
            ? vectors
            : graph.Input(batch[4]).MatMul(vectors).Reshape([vectors.Shape[0], Config.VectorSize]);
    }

    private static Tensor Loss(Tensor logits, Graph graph, float label)
    {
        var labels = new float[logits.Shape.ElementCount];
        Array.Fill(labels, label);
        return logits.BinaryCrossEntropy(graph.Input(labels, logits.Shape), LossReduction.Sum);
    }
}
