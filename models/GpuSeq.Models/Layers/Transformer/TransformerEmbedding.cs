using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>How a transformer knows where a word stands.</summary>
public enum PositionKind
{
    /// <summary>Sines and cosines of many frequencies (Vaswani et al. 2017, section 3.5).</summary>
    Sinusoidal,

    /// <summary>A vector for each position, which is learned (Gehring et al. 2017).</summary>
    Learned,
}

/// <summary>
/// Words and their positions as vectors: sqrt(C) times the sum of both, with dropout. So words' vectors can be as small as an
/// output layer that shares them wants them (Vaswani et al. 2017, section 3.4); sines and cosines are divided by sqrt(C) before.
/// </summary>
public sealed class TransformerEmbedding : IDisposable
{
    private readonly Parameter _words;
    private readonly Tensor _positions; // [positions, C]
    private readonly float _scale;
    private readonly float _dropout;

    /// <summary>A layer with the words' vectors of a table and, where positions are learned, the parameter <c>weight</c>.</summary>
    /// <param name="scope">Where the positions' vectors are added.</param>
    /// <param name="words">[V, C], which other layers may share; <see cref="Vocabulary.PaddingId"/> is padding.</param>
    /// <param name="kind">How positions are told.</param>
    /// <param name="positions">The most positions.</param>
    /// <param name="dropout">The share of values that is dropped in training.</param>
    public TransformerEmbedding(ParameterScope scope, Parameter words, PositionKind kind, int positions, float dropout)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(words);
        var width = words.Shape.Columns;
        (_words, _scale, _dropout) = (words, MathF.Sqrt(width), dropout);
        _positions = kind == PositionKind.Learned
            ? scope.Add("weight", [positions, width], Initializer.Normal(1f / _scale))
            : Constant(scope.Parameters.Device, [positions, width], [.. Sinusoids(positions, width).Select(value => value / _scale)]);
    }

    /// <summary>sin(p / 10000^(2 i / C)) for each position p and even place 2 i, and the cosine behind it: [positions, C].</summary>
    public static float[] Sinusoids(int positions, int width)
    {
        var table = new float[positions * width];
        for (var i = 0; i < table.Length; i++)
        {
            var (position, column) = Math.DivRem(i, width);
            var angle = position / Math.Pow(10000, (column - column % 2) / (double)width);
            table[i] = (float)(column % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
        }
        return table;
    }

    /// <summary>ids [B, T] to vectors [B, T, C].</summary>
    /// <param name="graph">The step.</param>
    /// <param name="ids">The words.</param>
    /// <param name="first">The position of the first one.</param>
    /// <exception cref="ShapeException">There are more words than positions.</exception>
    public Tensor Forward(Graph graph, Tensor ids, int first = 0)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(ids);
        var length = ids.Shape[1];
        if (first + length > _positions.Shape[0])
            throw new ShapeException(nameof(TransformerEmbedding), $"words at positions {first} to {first + length - 1} of {_positions.Shape[0]}");
        var places = graph.Input([.. Enumerable.Range(first, length)], [length]);
        var sum = Operations.EmbeddingSum(new(ids, _words, Vocabulary.PaddingId), new(places, _positions));
        return sum.Scale(_scale).Dropout(_dropout);
    }

    /// <summary>Gives the memory of positions that are not learned back.</summary>
    public void Dispose() => (_positions as StateTensor)?.Dispose();

    private static StateTensor Constant(Device device, Shape shape, float[] values)
    {
        using var graph = device.BeginGraph(isTraining: false);
        var tensor = new StateTensor(device, shape);
        tensor.Assign(graph.Input(values, shape));
        return tensor;
    }
}
