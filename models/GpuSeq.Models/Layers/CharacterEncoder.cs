using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>Filters of one width in a <see cref="CharacterEncoder"/>.</summary>
/// <param name="Width">Characters that each looks at.</param>
/// <param name="Count">How many there are.</param>
public sealed record CharacterFilters(int Width, int Count);

/// <summary>The form of a <see cref="CharacterEncoder"/>.</summary>
public sealed record CharacterEncoderConfig
{
    /// <summary>The number of different characters; number 0 is padding.</summary>
    public required int Characters { get; init; }

    /// <summary>The length of a character's vector.</summary>
    public required int Embedding { get; init; }

    /// <summary>The filters.</summary>
    public required IReadOnlyList<CharacterFilters> Filters { get; init; }

    /// <summary>Relu or Tanh, applied to the maxima.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Highway layers after the filters.</summary>
    public int Highways { get; init; } = 1;

    /// <summary>The length of a word's vector.</summary>
    public required int Outputs { get; init; }
}

/// <summary>
/// Words as vectors, computed of their characters (Kim et al. 2016, section 2; Jozefowicz et al. 2016, section 3.1): vectors of
/// the characters, filters of several widths, the maximum of each over the word, highway layers, and a linear projection.
/// </summary>
public sealed class CharacterEncoder
{
    private readonly Embedding _embedding;
    private readonly (Parameter Weight, Parameter Bias)[] _convolutions; // [count, embedding, width], [count]
    private readonly Highway[] _highways;
    private readonly Linear _projection;
    private readonly Activation _activation;

    /// <summary>
    /// An encoder with the parts <c>embedding</c>, <c>convolutions.0</c> and so on as <c>torch.nn.Conv1d</c>, <c>highways.0</c>
    /// and so on, and <c>projection</c>.
    /// </summary>
    public CharacterEncoder(ParameterScope scope, CharacterEncoderConfig config)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        _activation = config.Activation;
        _embedding = new Embedding(scope["embedding"], config.Characters, config.Embedding, paddingIndex: 0);
        var total = config.Filters.Sum(filters => filters.Count);
        _convolutions = [.. config.Filters.Index().Select(entry => Convolution(scope[$"convolutions.{entry.Index}"], entry.Item))];
        _highways = [.. Enumerable.Range(0, config.Highways).Select(i => new Highway(scope[$"highways.{i}"], total))];
        _projection = new Linear(scope["projection"], total, config.Outputs);

        (Parameter, Parameter) Convolution(ParameterScope part, CharacterFilters filters)
        {
            var initializer = Initializer.FanIn(config.Embedding * filters.Width);
            return (part.Add("weight", [filters.Count, config.Embedding, filters.Width], initializer),
                part.Add("bias", [filters.Count], initializer));
        }
    }

    /// <summary>Encodes words.</summary>
    /// <param name="characters">
    /// [.., L], each word followed by padding at least as long as the widest filter. How much more does not matter.
    /// </param>
    /// <returns>[.., outputs].</returns>
    public Tensor Forward(Tensor characters)
    {
        ArgumentNullException.ThrowIfNull(characters);
        var (words, length) = (characters.Shape.Rows, characters.Shape.Columns);
        var vectors = _embedding.Forward(characters.Reshape([words, length])).Transpose(); // [N, embedding, L]
        Tensor[] maxima = [.. _convolutions.Select(convolution => Maximum(vectors, convolution.Weight) + convolution.Bias)];
        var x = maxima.Concat(1).Activate(_activation);
        foreach (var highway in _highways)
            x = highway.Forward(x);
        x = _projection.Forward(x);
        return x.Reshape(characters.Shape.WithColumns(x.Shape.Columns));
    }

    // A window of nothing but padding gives 0, as padding has the vector 0 and biases come after the maximum. Every word is
    // followed by such a window, so that the result is the same however many there are.
    private static Tensor Maximum(Tensor vectors, Parameter weight) => vectors.Conv1d(weight).Max(-1);
}
