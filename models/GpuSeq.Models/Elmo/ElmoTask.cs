using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Trains a language model of both directions on a text: the first nine tenths to learn from, the last to measure on.</summary>
public sealed class ElmoTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "elmo";

    /// <summary>The file of a model folder that holds the words.</summary>
    public const string VocabularyFile = "vocab.json";

    private const double TrainShare = 0.9;

    private readonly Vocabulary _vocabulary;
    private readonly ElmoStreams _train;
    private readonly ElmoState _state;
    private readonly ElmoEvaluator _validation;

    /// <summary>Makes a model for a text.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="text">The text.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <param name="config">The form of the model; the number of words is taken from the text.</param>
    /// <param name="run">How the text is cut.</param>
    /// <param name="batch">B, streams that are read side by side.</param>
    /// <param name="seed">Of the first values.</param>
    /// <param name="validation">A text to measure on; null to hold back the last tenth of the first.</param>
    /// <exception cref="DataException">A text is too short.</exception>
    public ElmoTask(
        Device device, string text, string source, ElmoConfig config, ElmoRun run, int batch, ulong seed, string? validation = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(run);
        config = config with { WordForm = run.WordForm ?? ElmoText.FormOf(text) };
        var words = ElmoText.Words(text, config.WordForm);
        var split = validation is null ? (int)(words.Length * TrainShare) : words.Length;
        var (held, heldSource) = validation is null
            ? (words[split..], $"{source}, last tenth")
            : (ElmoText.Words(validation, config.WordForm), "the text to measure on");
        words = words[..split];
        _vocabulary = Vocabulary.Of(words, maxSize: run.MaxWords, special: ElmoText.Boundary);
        config = config with { VocabSize = _vocabulary.Count };
        _train = new(config, _vocabulary, words, batch, run.SequenceLength, source);
        var heldStreams = new ElmoStreams(config, _vocabulary, held, batch, run.SequenceLength, heldSource);
        Device = device;
        Model = new(device, config, seed);
        _state = new(device, config, _train.Batch);
        _validation = new(device, Model, heldStreams);
    }

    /// <summary>The model.</summary>
    public ElmoModel Model { get; }

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches => _train;

    /// <inheritdoc/>
    public string Items => "words";

    /// <inheritdoc/>
    public IEnumerable<(string Name, StateTensor Tensor)> CarriedState => _state.Tensors;

    /// <inheritdoc/>
    public void BeginEpoch() => _state.Clear();

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch) => Model.Losses(graph, batch, _state).Mean();

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _vocabulary.Save(Path.Combine(folder, VocabularyFile));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validation.Dispose();
        _state.Dispose();
        Model.Dispose();
    }
}
