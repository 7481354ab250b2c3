using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>Trains a GPT to foretell the next token of texts.</summary>
public sealed class GptTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "gpt";

    private const int SampleLength = 200;
    private const int PromptLength = 32;

    private readonly GptCorpus _corpus;
    private readonly GptEvaluator _validation;
    private readonly ITextGenerator _generator;

    /// <summary>Makes a model for texts.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="corpus">The texts.</param>
    /// <param name="config">The form of the model; the number of tokens, and which of them ends a text, are taken from the texts.</param>
    /// <param name="options">How it is trained.</param>
    /// <exception cref="DataException">A text is too short.</exception>
    /// <exception cref="ArgumentException">The configuration has a fault.</exception>
    public GptTask(Device device, GptCorpus corpus, GptConfig config, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        _corpus = corpus;
        Device = device;
        var end = corpus.Tokenizer.Find(GptCorpus.EndOfText);
        Batches = new TextWindows(corpus.Train, config.Context, options.Batch, options.Seed, corpus.Source, corpus.Items);
        Model = new(device, config with { VocabSize = corpus.Tokenizer.Count, BosTokenId = end, EosTokenId = end }, options.Seed);
        _generator = GptGenerator.Of(device, Model, corpus.Tokenizer);
        _validation = new(device, Model, corpus.Tokenizer, corpus.Held, $"{corpus.Source}, what is held back");
    }

    /// <summary>The model.</summary>
    public GptModel Model { get; }

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches { get; }

    /// <inheritdoc/>
    public string Items => _corpus.Items;

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Model.Loss(graph, graph.Input(batch[0]), graph.Input(batch[1]));
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    /// <inheritdoc/>
    public IEnumerable<Sample> Samples(int step)
    {
        var prompt = _corpus.Tokenizer.Decode(_corpus.Held.Take(PromptLength));
        var texts = _generator.Complete(["", prompt], new() { Length = SampleLength, Sampling = new() { Temperature = 0.8f } });
        return [new(step, "", texts[0]), new(step, prompt, texts[1])];
    }

    /// <inheritdoc/>
    public IEnumerable<Picture> Pictures() =>
        GptPictures.Attention(Model, _corpus.Tokenizer, [.. _corpus.Held.Take(Math.Min(PromptLength, Model.Config.Context))]);

    /// <inheritdoc/>
    public void SaveModelFiles(string folder)
    {
        Model.Config.Save(Path.Combine(folder, "config.json"));
        _corpus.Tokenizer.Save(folder);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validation.Dispose();
        _generator.Dispose(); // and the model with it
    }
}
