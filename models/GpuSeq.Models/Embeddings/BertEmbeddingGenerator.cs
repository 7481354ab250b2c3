using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using Microsoft.Extensions.AI;

namespace GpuSeq.Models.Embeddings;

/// <summary>
/// Vectors of texts by a model of BERT's family. Several threads may ask at a time; they are served one after the other.
/// </summary>
public sealed class BertEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly BertModel<NoHead> _model;
    private readonly TextEncoder _encoder;
    private readonly EncodingOptions _encoding;
    private readonly BertReader _reader;
    private readonly Lock _lock = new();

    private BertEmbeddingGenerator(Device device, BertModel<NoHead> model, TextEncoder encoder, EmbeddingOptions options, string name)
    {
        (_model, _encoder) = (model, encoder);
        Pooling = options.Pooling ?? EmbeddingPooling.Mean;
        Normalizes = options.Normalizes ?? false;
        _encoding = new() { MaxLength = Math.Min(options.MaxLength ?? int.MaxValue, model.Config.MaxLength) };
        _reader = new(device, Outputs, model.Config);
        Metadata = new("gpuseq", defaultModelId: name, defaultModelDimensions: model.Config.Width);
    }

    /// <summary>The name of the folder of the model, and the length of its vectors.</summary>
    public EmbeddingGeneratorMetadata Metadata { get; }

    /// <summary>How hidden states become one vector.</summary>
    public EmbeddingPooling Pooling { get; }

    /// <summary>Whether vectors get the length 1.</summary>
    public bool Normalizes { get; }

    /// <summary>Loads a model of BERT's family, whatever it is for: a run, or a folder as the Hub has it.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How texts become vectors; null for as the folder says.</param>
    /// <exception cref="DataException">A file cannot be read, or asks for what is not supported.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static BertEmbeddingGenerator Load(Device device, RunFolder folder, EmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options = (options ?? new()).Or(SentenceTransformerFiles.Read(folder));
        var origin = BertOrigin.Load(folder.Path);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Path)));
        return new(device, BertFiles.Load<NoHead>(device, folder), origin.Encoder, options, name);
    }

    /// <summary>Computes the vectors of texts, those of about one length side by side.</summary>
    /// <param name="values">The texts; what is too long is cut.</param>
    /// <param name="options">Of the options, the model and the dimensions may be those of <see cref="Metadata"/> only.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>A vector for each text in their order, and the number of tokens that were read.</returns>
    /// <exception cref="NotSupportedException">The options ask for another model or other dimensions.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.ModelId is { } model && model != Metadata.DefaultModelId)
            throw new NotSupportedException($"The model '{model}' is asked for; this generator has '{Metadata.DefaultModelId}'.");
        if (options?.Dimensions is { } dimensions && dimensions != Metadata.DefaultModelDimensions)
        {
            throw new NotSupportedException(
                $"Vectors of {dimensions} dimensions are asked for; '{Metadata.DefaultModelId}' has {Metadata.DefaultModelDimensions}.");
        }
        return Task.Run(() => Generate([.. values], cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _reader.Dispose();
        _model.Dispose();
    }

    // [B, C] or [B, T, C].
    private Tensor Outputs(Graph graph, BertInput input) => Pooling == EmbeddingPooling.Cls
        ? _model.Forward(graph, input.OfFirstTokens(graph)).First
        : _model.Forward(graph, input).Hidden;

    private GeneratedEmbeddings<Embedding<float>> Generate(IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        EncodedText[] encoded = [.. texts.Select(text => _encoder.Encode(text, options: _encoding))];
        float[][] states;
        lock (_lock)
            states = _reader.Read(encoded, cancellation);
        var (created, tokens) = (DateTimeOffset.UtcNow, encoded.Sum(text => (long)text.Length));
        var embeddings = encoded.Zip(states, (text, own) => new Embedding<float>(Vector(own, text.Length))
        {
            CreatedAt = created,
            ModelId = Metadata.DefaultModelId,
        });
        return new(embeddings) { Usage = new() { InputTokenCount = tokens, TotalTokenCount = tokens } };
    }

    private float[] Vector(float[] states, int tokens)
    {
        var vector = Pooling.Pool(states, tokens, _model.Config.Width);
        return Normalizes ? Cosine.Unit(vector) : vector;
    }
}
