using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains a feed-forward language model on a text; the last tenth of its paragraphs is held back to measure on.</summary>
public sealed class NnlmTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "nnlm";

    /// <summary>The file of a model folder that holds the words.</summary>
    public const string VocabularyFile = "vocab.json";

    /// <summary>The word that ends every paragraph.</summary>
    public const string End = "<eos>";

    private const int SampledPlaces = 6;
    private const int WordsOfSample = 5;

    private readonly Vocabulary _vocabulary;
    private readonly NgramBatches _train;
    private readonly int[] _held;
    private readonly NnlmEvaluator _validation;
    private readonly double _unigramPerplexity;

    /// <summary>Makes a model for a text.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="config">The form of the model; the number of words is taken from the text.</param>
    /// <param name="recipe">Which words are known.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="validation">A text to measure on; null to hold back the last tenth of the first.</param>
    /// <exception cref="DataException">The text is too short to hold a part back.</exception>
    public NnlmTask(
        Device device, Corpus corpus, NnlmConfig config, NnlmRun recipe, TrainingOptions options, Corpus? validation = null)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(options);
        var (train, held) = validation is null ? corpus.Split() : (corpus, validation);
        _vocabulary = Vocabulary.Of(train.Words, recipe.MinCount, recipe.MaxVocabulary, End);
        var words = Encode(train, _vocabulary);
        var end = _vocabulary.IdOf(End);
        _held = Encode(held, _vocabulary);
        Device = device;
        Model = new(device, config with { VocabSize = _vocabulary.Count }, options.Seed);
        _train = new(words, config.ContextSize, options.Batch, options.Seed, end);
        _validation = new(device, Model, _held, end);
        _unigramPerplexity = new Unigrams(words, _vocabulary.Count).Perplexity(_held);
    }

    /// <summary>The model.</summary>
    public NnlmModel Model { get; }

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
    public Tensor Loss(Graph graph, Batch batch) => Model.Loss(graph, batch);

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var evaluation = _validation.Evaluate(cancellation);
        var metrics = new Dictionary<string, double>(evaluation.Metrics) { ["unigram_perplexity"] = _unigramPerplexity };
        return evaluation with { Metrics = metrics };
    }

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step)
    {
        var context = Model.Config.ContextSize;
        var last = _held.Length - context - 1;
        int[] places = [.. Enumerable.Range(1, SampledPlaces).Select(i => last * i / (SampledPlaces + 1)).Where(place => place >= 0).Distinct()];
        if (places.Length == 0)
            return [];
        using var graph = Device.BeginGraph(isTraining: false);
        int[] contexts = [.. places.SelectMany(place => _held.Skip(place).Take(context))];
        var likely = Math.Min(WordsOfSample, _vocabulary.Count);
        var best = Model.Forward(graph.Input(contexts, [places.Length, context])).TopK(likely).Indices.ToIntArray();
        return
        [
            .. places.Select((place, row) => new Sample(
                step, Text(_held[place..(place + context)], " "), Text(best[(row * likely)..((row + 1) * likely)], ", "),
                _vocabulary[_held[place + context]])),
        ];
    }

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures() =>
        WordVectorPictures.Of(WordVectorTable.Of(_vocabulary, Parameters.Find("embedding.weight")!.ToArray(), "the model"));

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

    /// <summary>The words of a text by their numbers, each paragraph with its end.</summary>
    internal static int[] Encode(Corpus corpus, Vocabulary vocabulary) =>
        [.. corpus.Paragraphs.SelectMany(words => vocabulary.Encode(words.Append(End)))];

    private string Text(IEnumerable<int> words, string separator) => string.Join(separator, words.Select(word => _vocabulary[word]));
}
