using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// What tokens become before the first layer: the sum of the vectors of token, type and place, normalised (Devlin et al. 2019,
/// section 3), with the Hub's parameter names.
/// </summary>
public sealed class BertEmbeddings
{
    private readonly BertConfig _config;
    private readonly Embedding _types;
    private readonly Embedding _positions;
    private readonly LayerNorm _norm;

    /// <summary>Tables of first values.</summary>
    /// <param name="scope">Where the parameters are added: <c>embeddings</c> of a model.</param>
    /// <param name="config">The form of the model.</param>
    public BertEmbeddings(ParameterScope scope, BertConfig config)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        var width = config.EmbeddingWidth;
        Words = new Embedding(scope["word_embeddings"], config.VocabSize, width, config.PaddingToken, config.Weights).Weight;
        _positions = new(scope["position_embeddings"], config.Positions, width, PaddingPosition, Sinusoids(config.InitializerRange));
        _types = new(scope["token_type_embeddings"], config.Types, width, initializer: config.Weights);
        _norm = new(scope["LayerNorm"], width, config.LayerNormEps);
    }

    /// <summary>[V, E], the tokens' vectors, which the head that foretells masked tokens shares.</summary>
    public Parameter Words { get; }

    // RoBERTa's padding has a place of its own, whose vector stays 0.
    private int PaddingPosition => _config.ModelType == BertConfig.Roberta ? _config.PaddingToken : -1;

    // Places begin as sines and cosines, as large as other weights: so attention finds near tokens much sooner than among random ones.
    private static Initializer Sinusoids(float deviation) => Initializer.Values(shape =>
        [.. TransformerEmbedding.Sinusoids(shape[0], shape[1]).Select(value => deviation * MathF.Sqrt(2f) * value)]);

    /// <summary>Looks tokens up: [B, T] to [B, T, E].</summary>
    /// <exception cref="ShapeException">A sequence is longer than there are places.</exception>
    public Tensor Forward(Graph graph, BertInput input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(input);
        var shape = input.Ids.Shape;
        if (shape.Rank != 2 || (input.Positions is null && shape[1] > _config.MaxLength))
            throw new ShapeException("Bert", $"ids {shape} [B, T] for at most {_config.MaxLength} places");
        var positions = input.Positions
            ?? graph.Input([.. Enumerable.Range(_config.FirstPosition, shape[1])], [shape[1]]);
        var types = input.Types ?? graph.Input(new int[shape[1]], [shape[1]]);
        var sum = Operations.EmbeddingSum(
            new(input.Ids, Words, _config.PaddingToken), new(types, _types.Weight), new(positions, _positions.Weight, PaddingPosition));
        return _norm.Forward(sum).Dropout(_config.HiddenDropout);
    }
}
