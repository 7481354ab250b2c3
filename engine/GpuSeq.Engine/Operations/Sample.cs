using GpuSeq.Kernels;

namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>Draws a class from each row of logits: [.., V] to integers [..].</summary>
    /// <param name="logits">[.., V].</param>
    /// <exception cref="ShapeException">There are no classes.</exception>
    public static Tensor Sample(this Tensor logits) => logits.Sample(new());

    /// <summary>Draws a class from each row of logits: [.., V] to integers [..]. A temperature of 0 takes the largest.</summary>
    /// <param name="logits">[.., V].</param>
    /// <param name="options">Temperature, top-k and top-p.</param>
    /// <exception cref="ShapeException">There are no classes.</exception>
    public static Tensor Sample(this Tensor logits, SamplingOptions options)
    {
        var graph = Graph.Of(nameof(Sample), logits);
        CheckClasses(nameof(Sample), logits);
        var choices = graph.New(Without(logits.Shape, logits.Shape.Rank - 1), ElementType.Int32);
        var (seed, call) = options.Temperature == 0f ? (0, 0) : (graph.Random.Seed, graph.Random.NextCall());
        graph.Kernels.Sampling.Draw(logits.Floats, choices.Ints, logits.Shape.Columns, options, seed, call);
        return choices;
    }

    /// <summary>
    /// Logits [.., V] over the temperature where the options leave them, -infinity elsewhere. No gradient goes through.
    /// </summary>
    /// <param name="logits">[.., V].</param>
    /// <param name="options">Temperature, top-k and top-p.</param>
    /// <exception cref="ShapeException">There are no classes.</exception>
    public static Tensor FilterLogits(this Tensor logits, SamplingOptions options)
    {
        var graph = Graph.Of(nameof(FilterLogits), logits);
        CheckClasses(nameof(FilterLogits), logits);
        var y = graph.New(logits.Shape);
        graph.Kernels.Sampling.Filter(logits.Floats, y.Floats, logits.Shape.Columns, options);
        return y;
    }

    private static void CheckClasses(string operation, Tensor logits)
    {
        if (logits.Shape.Rank == 0 || logits.Shape.Columns == 0)
            throw new ShapeException(operation, $"logits {logits.Shape} [.., V]");
    }
}
