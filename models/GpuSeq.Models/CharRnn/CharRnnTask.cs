using System.Diagnostics;
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
    private readonly CharStreams _validation;
    private readonly CharGenerator _generator;
    private readonly CharRnnState _state;
    private readonly CharRnnState _validationState;
    private readonly RecordedStep _validationLoss; // of one window

    /// <summary>Makes a model for a text.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="text">The text.</param>
    /// <param name="source">What the text is, for messages.</param>
    /// <param name="config">The form of the model; the number of characters is taken from the text.</param>
    /// <param name="batch">B, streams that are read side by side.</param>
    /// <param name="sequenceLength">T, characters through which gradients go back.</param>
    /// <param name="seed">Of the first values.</param>
    /// <exception cref="DataException">The text is too short.</exception>
    public CharRnnTask(
        Device device, string text, string source, CharRnnConfig config, int batch, int sequenceLength, ulong seed)
    {
        _vocabulary = CharVocabulary.Of(text);
        var ids = _vocabulary.Encode(text, source);
        var split = (int)(ids.Length * TrainShare);
        _train = new CharStreams(ids[..split], batch, sequenceLength, $"{source}, first nine tenths");
        // As many streams as leave each at least one window: short texts are measured too.
        var streams = Math.Clamp((ids.Length - split - 1) / sequenceLength, 1, batch);
        _validation = new CharStreams(ids[split..], streams, sequenceLength, $"{source}, last tenth");
        Device = device;
        Model = new CharRnnModel(device, config with { VocabSize = _vocabulary.Count }, seed);
        _generator = new(device, Model, _vocabulary);
        _state = new CharRnnState(device, Model.Config, batch);
        _validationState = new CharRnnState(device, Model.Config, streams);
        _validationLoss = new(device, (graph, window) => Loss(graph, window, _validationState), isTraining: false);
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
    public Tensor Loss(Graph graph, Batch batch) => Loss(graph, batch, _state);

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        _validationState.Clear();
        var batch = _validation.NewBatch();
        var sum = 0.0;
        for (var window = 0; window < _validation.Windows; window++)
        {
            cancellation.ThrowIfCancellationRequested();
            _validation.Read(0, window, batch);
            sum += _validationLoss.Run(batch).Item();
        }
        var loss = sum / _validation.Windows;
        var metrics = new Dictionary<string, double> { ["bits_per_character"] = loss / Math.Log(2), ["perplexity"] = Math.Exp(loss) };
        return new(loss, metrics, _validation.Windows * _validation.Batch * _validation.Steps, clock.Elapsed.TotalSeconds);
    }

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step)
    {
        var text = string.Concat(_generator.Write("", SampleLength, new() { Temperature = 0.8f }));
        return [new(step, "", text)];
    }

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _vocabulary.Save(Path.Combine(folder, VocabularyFile));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validationLoss.Dispose();
        _validationState.Dispose();
        _state.Dispose();
        _generator.Dispose(); // and the model with it
    }

    private Tensor Loss(Graph graph, Batch batch, CharRnnState state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Model.Forward(graph.Input(batch[0]), state).CrossEntropy(graph.Input(batch[1]));
    }
}
