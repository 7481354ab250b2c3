using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains a character model on a text: the first nine tenths to learn from, the last tenth to measure on.</summary>
public sealed class CharRnnTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "char-rnn";

    /// <summary>The file of a model folder that holds the characters.</summary>
    public const string VocabularyFile = "vocab.json";

    private const double TrainShare = 0.9;
    private const int SampleLength = 200;

    private readonly CharVocabulary _vocabulary;
    private readonly CharStreams _train;
    private readonly CharRnnEvaluator _validation;
    private readonly ITextGenerator _generator;
    private readonly CharRnnState _state;

    /// <summary>Makes a model for a text.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="text">The text.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <param name="config">The form of the model; the number of characters is taken from the text.</param>
    /// <param name="batch">B, streams that are read side by side.</param>
    /// <param name="sequenceLength">T, characters through which gradients go back.</param>
    /// <param name="seed">Of the first values.</param>
    /// <param name="validation">A text to measure on; null to hold back the last tenth of the first.</param>
    /// <exception cref="DataException">A text is too short, or the second has characters that the first has not.</exception>
    public CharRnnTask(
        Device device, string text, string source, CharRnnConfig config, int batch, int sequenceLength, ulong seed,
        string? validation = null)
    {
        _vocabulary = CharVocabulary.Of(text);
        var ids = _vocabulary.Encode(text, source);
        var split = validation is null ? (int)(ids.Length * TrainShare) : ids.Length;
        var (held, heldSource) = validation is null
            ? (ids[split..], $"{source}, last tenth")
            : (_vocabulary.Encode(validation, "the text to measure on"), "the text to measure on");
        _train = new CharStreams(ids[..split], batch, sequenceLength, validation is null ? $"{source}, first nine tenths" : source);
        Device = device;
        Model = new CharRnnModel(device, config with { VocabSize = _vocabulary.Count }, seed);
        _generator = CharRnnGenerator.Of(device, Model, _vocabulary);
        _state = new CharRnnState(device, Model.Config, batch);
        _validation = new(device, Model, held, batch, sequenceLength, heldSource);
    }

    /// <summary>The model.</summary>
    public CharRnnModel Model { get; }

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches => _train;

    /// <inheritdoc/>
    public string Items => "characters";

    /// <inheritdoc/>
    public IEnumerable<(string Name, StateTensor Tensor)> CarriedState => _state.Tensors;

    /// <inheritdoc/>
    public void BeginEpoch() => _state.Clear();

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch) => Model.Loss(graph, batch, _state);

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step) =>
        [new(step, "", _generator.Complete("", SampleLength, new() { Temperature = 0.8f }))];

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
        _generator.Dispose(); // and the model with it
    }
}
