using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A tagger of words: word vectors, vectors of their shapes and features of their characters, a recurrent layer in both directions,
/// a linear layer to the scores of the tags and, on them, a conditional random field (Lample et al. 2016; Ma and Hovy 2016).
/// </summary>
public sealed class TaggerModel : IModel
{
    private const int CharacterWindow = 3;

    private readonly Embedding _words;
    private readonly Embedding? _shapes;
    private readonly Embedding? _characters;
    private readonly Conv1d? _convolution;
    private readonly Recurrent? _speller;
    private readonly Recurrent _rnn;
    private readonly Linear _output;

    /// <summary>A model with first values drawn from a seed.</summary>
    public TaggerModel(Device device, TaggerConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        _words = Table(scope["words"], config.VocabSize, config.EmbeddingSize, Vocabulary.PaddingId);
        var width = config.EmbeddingSize + config.ShapeSize;
        if (config.ShapeSize > 0)
            _shapes = Table(scope["shapes"], config.ShapeVocabSize, config.ShapeSize, Vocabulary.PaddingId);
        if (config.Characters != CharacterFeatures.None)
        {
            _characters = Table(scope["characters"], config.CharacterVocabSize, config.CharacterSize);
            width += config.CharacterHidden;
        }
        if (config.Characters == CharacterFeatures.Cnn)
        {
            _convolution = new(
                scope["convolution"], config.CharacterSize, config.CharacterHidden, CharacterWindow, padding: CharacterWindow / 2);
        }
        if (config.Characters == CharacterFeatures.Lstm)
        {
            _speller = new(scope["speller"], new()
            {
                Inputs = config.CharacterSize,
                Hidden = config.CharacterHidden / 2,
                Bidirectional = true,
            });
        }
        _rnn = new(scope["rnn"], new()
        {
            Inputs = width,
            Hidden = config.HiddenSize,
            Layers = config.NumLayers,
            Bidirectional = true,
            Dropout = config.Dropout,
        });
        _output = new(scope["output"], 2 * config.HiddenSize, config.Tags.Count);
        Crf = config.Crf ? new(scope["crf"], config.Tags.Count) : null;
    }

    /// <summary>The form of the model.</summary>
    public TaggerConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>What says the tags together; null where each is said by itself.</summary>
    public Crf? Crf { get; }

    /// <summary>Computes the scores of the tags.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="batch">As <see cref="TaggerBatch"/> writes it.</param>
    /// <returns>[B, T, K].</returns>
    public Tensor Emissions(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        var features = new List<Tensor> { _words.Forward(graph.Input(batch[TaggerBatch.Words])) };
        if (_shapes is not null)
            features.Add(_shapes.Forward(graph.Input(batch[TaggerBatch.Shapes])));
        if (_characters is not null)
            features.Add(Spelling(graph, batch, _characters.Forward(graph.Input(batch[TaggerBatch.Characters]))));
        var x = (features.Count > 1 ? features.Concat(2) : features[0]).Dropout(Config.Dropout); // [B, T, C]
        var states = _rnn.Forward(x, lengths: graph.Input(batch[TaggerBatch.Lengths])).Output;
        return _output.Forward(states.Dropout(Config.Dropout));
    }

    /// <summary>The loss of scores, per token.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="emissions">[B, T, K].</param>
    /// <param name="batch">As <see cref="TaggerBatch"/> writes it.</param>
    public Tensor Loss(Graph graph, Tensor emissions, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(emissions);
        ArgumentNullException.ThrowIfNull(batch);
        var tags = graph.Input(batch[TaggerBatch.Tags]);
        return Crf is null
            ? emissions.CrossEntropy(tags, new() { IgnoredIndex = TaggerBatch.NoTag })
            : Crf.NegativeLogLikelihood(graph, emissions, tags, graph.Input(batch[TaggerBatch.Lengths]));
    }

    /// <summary>What finds the best tags of scores, with the parameters as they are now.</summary>
    public ViterbiDecoder Decoder()
    {
        var tags = Config.Tags;
        var decoder = Crf?.Decoder() ?? ViterbiDecoder.Free(tags.Count);
        return Config.OnlyValid
            ? decoder.Restricted((previous, tag) => TagSpan.MayFollow(previous is { } before ? tags[before] : null, tags[tag]))
            : decoder;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();

    // Evenly within sqrt(3 / C), so that a vector's elements have the variance 1 / C (Ma and Hovy 2016, section 3.1).
    private static Embedding Table(ParameterScope scope, int entries, int width, int paddingIndex = -1) =>
        new(scope, entries, width, paddingIndex, Initializer.Uniform(MathF.Sqrt(3f / width)));

    // [B, T, W, characters] to [B, T, character features].
    private Tensor Spelling(Graph graph, Batch batch, Tensor characters)
    {
        var (sentences, steps, letters) = (characters.Shape[0], characters.Shape[1], characters.Shape[2]);
        var words = characters.Reshape([sentences * steps, letters, Config.CharacterSize]);
        if (_convolution is not null)
        {
            var y = _convolution.Forward(words.Transpose()); // [B T, filters, W]
            return y.Max(-1).Reshape([sentences, steps, Config.CharacterHidden]).Relu();
        }
        var lengths = graph.Input(batch[TaggerBatch.WordLengths]).Reshape([sentences * steps]);
        var ends = _speller!.Forward(words, lengths: lengths).State.Hidden; // [2, B T, H / 2]
        return ends.LastStates(2).Reshape([sentences, steps, Config.CharacterHidden]);
    }
}
