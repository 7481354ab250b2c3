using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains word vectors on a text; every tenth paragraph is held back to measure on.</summary>
public sealed class Word2VecTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "word2vec";

    /// <summary>The file of a model folder that holds the words.</summary>
    public const string VocabularyFile = "vocab.json";

    private const int SampledWords = 8;
    private const int NeighborsOfSample = 6;

    private readonly Vocabulary _vocabulary;
    private readonly ContextBatches _train;
    private readonly Word2VecEvaluator _validation;
    private readonly WordLists? _lists;

    /// <summary>Makes a model for a text.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="config">The form of the model; the number of words is taken from the text.</param>
    /// <param name="recipe">Which words are learned, and what they are measured on.</param>
    /// <param name="options">How it is trained: decides, with the model, how a step is made.</param>
    /// <param name="validation">A text to measure on; null to hold back every tenth paragraph of the first.</param>
    /// <exception cref="DataException">A text is too short, or a word list cannot be read.</exception>
    public Word2VecTask(
        Device device, Corpus corpus, Word2VecConfig config, Word2VecRun recipe, TrainingOptions options, Corpus? validation = null)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(options);
        var (train, held) = validation is null ? corpus.SplitEvenly() : (corpus, validation);
        _vocabulary = Vocabulary.Of(train.Words, recipe.MinCount, recipe.MaxVocabulary);
        if (_vocabulary.Count < Vocabulary.UnknownId + 3)
            throw new DataException(corpus.Source, $"fewer than two words occur at least {recipe.MinCount} times");
        _lists = recipe.WordLists is { } path ? WordLists.Read(path) : null;
        Device = device;
        Model = new(device, config with { VocabSize = _vocabulary.Count }, options.Seed);
        var known = train.Known(_vocabulary);
        var frequencies = WordFrequencies.Of(known, _vocabulary.Count);
        _train = new(Model.Config, known, frequencies, options.Batch, options.Seed, corpus.Source);
        _validation = new(device, Model, held.Known(_vocabulary), held.Source, frequencies);
        StepRate = IsOwnStep(options) ? new() : null;
    }

    /// <summary>The model.</summary>
    public Word2VecModel Model { get; }

    /// <summary>The vectors as they are now.</summary>
    public WordVectorTable Vectors => WordVectorTable.Of(_vocabulary, Model.Input.ToArray(), "the model");

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches => _train;

    /// <inheritdoc/>
    public string Items => Model.Config.Kind == Word2VecKind.SkipGram ? "pairs" : "words";

    /// <inheritdoc/>
    public HostTensor? StepRate { get; }

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch) => StepRate is null ? Model.Loss(graph, batch) : Model.Step(graph, batch, StepRate);

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var evaluation = _validation.Evaluate(cancellation);
        return _lists is null ? evaluation : evaluation with { Metrics = Summary(_lists.Measure(Device, Vectors)) };
    }

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step)
    {
        var vectors = Vectors;
        var places = Enumerable.Range(0, SampledWords).Select(i => (1 << i) * vectors.Words.Count / (1 << SampledWords)).Distinct();
        return places.Select(place => new Sample(
            step, vectors.Words[place], string.Join(", ", vectors.Nearest(place, NeighborsOfSample).Select(near => near.Word))));
    }

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures() => WordVectorPictures.Of(Vectors);

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
        Model.Dispose();
    }

    // What of word lists is worth a curve: a number for each list.
    private static Dictionary<string, double> Summary(Evaluation lists) => lists.Metrics
        .Where(metric => metric.Key.StartsWith("spearman_", StringComparison.Ordinal) || metric.Key.StartsWith("accuracy_", StringComparison.Ordinal))
        .ToDictionary();

    // Plain SGD on negative sampling changes the tables as it goes, only where words occur; all else goes through gradients.
    private bool IsOwnStep(TrainingOptions options) => Model.Config.Negatives > 0 && options is
    {
        Optimizer: OptimizerKind.Sgd, Momentum: 0, WeightDecay: 0, ClipNorm: 0, ClipValue: 0, Accumulate: 1,
    };
}
