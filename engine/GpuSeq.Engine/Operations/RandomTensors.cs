namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>Random numbers from low to high, exclusively, of the graph's <see cref="RandomStream"/>.</summary>
    /// <exception cref="InvalidOperationException">The graph was begun without one.</exception>
    public static Tensor Uniform(this Graph graph, Shape shape, float low = 0f, float high = 1f)
    {
        var y = graph.New(shape);
        graph.Kernels.Random.Uniform(y.Floats, low, high, graph.Random.Seed, graph.Random.NextCall());
        return y;
    }

    /// <summary>Normally distributed random numbers, of the graph's <see cref="RandomStream"/>.</summary>
    /// <exception cref="InvalidOperationException">The graph was begun without one.</exception>
    public static Tensor Normal(this Graph graph, Shape shape, float mean = 0f, float deviation = 1f)
    {
        var y = graph.New(shape);
        graph.Kernels.Random.Normal(y.Floats, mean, deviation, graph.Random.Seed, graph.Random.NextCall());
        return y;
    }

    /// <summary>1 with a probability, else 0, of the graph's <see cref="RandomStream"/>.</summary>
    /// <exception cref="InvalidOperationException">The graph was begun without one.</exception>
    public static Tensor Bernoulli(this Graph graph, Shape shape, float probability)
    {
        var y = graph.New(shape);
        graph.Kernels.Random.Bernoulli(y.Floats, probability, graph.Random.Seed, graph.Random.NextCall());
        return y;
    }
}
