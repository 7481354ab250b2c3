using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>What ELECTRA's pre-training makes of a batch.</summary>
/// <param name="Masked">[B P, V], the generator's logits of pieces in the masked places.</param>
/// <param name="Replaced">[B, T], 1 where the piece that was drawn differs from the original, else 0.</param>
/// <param name="Counts">[B, T], 1 where there is a token, 0 at padding.</param>
/// <param name="Logits">[B, T], the discriminator's: positive for a token that was replaced.</param>
internal sealed record ElectraLogits(Tensor Masked, Tensor Replaced, Tensor Counts, Tensor Logits);

/// <summary>
/// ELECTRA in pre-training (Clark et al. 2020, section 2): a small generator foretells masked pieces, and a discriminator tells
/// where what the generator drew differs from the original. Both read the same embeddings.
/// </summary>
internal sealed class ElectraModel : IModel
{
    /// <summary>The folder of the generator in that of the discriminator.</summary>
    public const string GeneratorFolder = "generator";

    private const string GeneratorScope = "generator";

    private readonly BertEncoder _generator;
    private readonly MaskedLanguageHead _maskedLanguage;
    private readonly BertEncoder _discriminator;
    private readonly ReplacedTokenHead _replacedToken;

    /// <summary>A model of first values.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="config">The form of the discriminator.</param>
    /// <param name="generator">The form of the generator.</param>
    /// <param name="seed">Of the first values.</param>
    public ElectraModel(Device device, BertConfig config, BertConfig generator, ulong seed)
    {
        Config = config with { Architectures = [BertNames.Architecture(BertConfig.Electra, ReplacedTokenHead.Purpose)] };
        Generator = generator with { Architectures = [BertNames.Architecture(BertConfig.Electra, MaskedLanguageHead.Purpose)] };
        Parameters = new(device, seed);
        var scope = new ParameterScope(Parameters);
        _discriminator = new(scope[BertConfig.Electra], Config);
        _replacedToken = ReplacedTokenHead.Create(scope, _discriminator);
        _generator = new(scope[GeneratorScope][BertConfig.Electra], Generator, embeddings: _discriminator.Embeddings);
        _maskedLanguage = MaskedLanguageHead.Create(scope[GeneratorScope], _generator);
    }

    /// <summary>The form of the discriminator, which is what training is for.</summary>
    public BertConfig Config { get; }

    /// <summary>The form of the generator.</summary>
    public BertConfig Generator { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters { get; }

    /// <summary>A new model, one that goes on from a folder, or one of the form of a run that is resumed.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="config">The form of the discriminator.</param>
    /// <param name="run">How wide a new generator is.</param>
    /// <param name="seed">Of the first values.</param>
    /// <param name="from">The folder that it goes on from; null for none.</param>
    /// <param name="resumed">The run whose form it has; null for none.</param>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static ElectraModel Begin(
        Device device, BertConfig config, PretrainingRun run, ulong seed, RunFolder? from, RunFolder? resumed)
    {
        var generator = (resumed ?? from) is { } source
            ? BertConfig.Load(Below(source).Config)
            : GeneratorOf(config, run.GeneratorSize);
        generator = generator with { HiddenDropout = config.HiddenDropout, AttentionDropout = config.AttentionDropout };
        var model = new ElectraModel(device, config, generator, seed);
        return from is null ? model : model.Fill(from);
    }

    /// <summary>The models of a folder: the discriminator, and below it the generator.</summary>
    /// <exception cref="DataException">A configuration cannot be read.</exception>
    /// <exception cref="CheckpointException">Parameters cannot be read, or do not fit.</exception>
    public static ElectraModel Load(Device device, RunFolder folder) =>
        new ElectraModel(device, BertConfig.Load(folder.Config), BertConfig.Load(Below(folder).Config), seed: 0).Fill(folder);

    /// <summary>The form of a generator that is a share as wide as its discriminator, with as many layers.</summary>
    public static BertConfig GeneratorOf(BertConfig config, double share)
    {
        var heads = Math.Max(1, (int)Math.Round(config.Heads * share));
        return config with
        {
            Width = heads * (config.Width / config.Heads),
            Heads = heads,
            Inner = Math.Max(1, (int)Math.Round(config.Inner * share)),
            NarrowWidth = config.EmbeddingWidth,
        };
    }

    /// <summary>Writes the parameters: the discriminator's, and below the generator's, to which the shared embeddings belong too.</summary>
    /// <exception cref="CheckpointException">A file cannot be written.</exception>
    public void SaveParameters(RunFolder folder)
    {
        var below = Below(folder);
        Directory.CreateDirectory(below.Path);
        TensorFiles.Save(below.Model, OfGenerator, TensorFiles.HubMetadata);
        TensorFiles.Save(folder.Model, OfDiscriminator, TensorFiles.HubMetadata);
    }

    /// <summary>Computes both models' logits of a batch of <see cref="PretrainingBatches"/>.</summary>
    public ElectraLogits Forward(Graph graph, Batch batch)
    {
        var masked = PretrainingBatches.Input(graph, batch, graph.Input(batch[PretrainingBatches.Ids]), Config);
        var states = _generator.Forward(graph, masked with { Wanted = graph.Input(batch[PretrainingBatches.Places]) }).Hidden;
        var logits = _maskedLanguage.Logits(PretrainingBatches.Foretold(states));
        var originals = graph.Input(batch[PretrainingBatches.Originals]);
        var ids = Replace(graph, batch, originals, logits.Detach().Sample());
        var replaced = _replacedToken.Logits(
            _discriminator.Forward(graph, PretrainingBatches.Input(graph, batch, ids, Config)).Hidden);
        return new(logits, Differ(graph, ids, originals), Differ(graph, originals, Config.PaddingToken), replaced);
    }

    /// <summary>[T, V], the generator's logits of pieces in all places of one sequence.</summary>
    public Tensor Foretell(Graph graph, int[] ids)
    {
        var hidden = _generator.Forward(graph, new(graph.Input(ids, [1, ids.Length]))).Hidden;
        return _maskedLanguage.Logits(hidden.Reshape([ids.Length, Generator.Width]));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();

    private static RunFolder Below(RunFolder folder) => new(folder.File(GeneratorFolder));

    private ElectraModel Fill(RunFolder folder)
    {
        try
        {
            Fill(folder, OfDiscriminator);
            Fill(Below(folder), OfGenerator);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Fill(RunFolder folder, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using var checkpoint = Checkpoint.Open(folder.Path);
        var rename = BertNames.Renaming(Config, $"{BertConfig.Electra}.", checkpoint.Tensors.Keys);
        TensorFiles.Load(checkpoint, tensors, new() { AllowUnexpected = true, Rename = rename });
    }

    private IEnumerable<(string Name, Tensor Tensor)> OfDiscriminator =>
        Parameters.Parameters.Where(parameter => !IsOfGenerator(parameter)).Select(parameter => (parameter.Name, (Tensor)parameter));

    // By the names that its own files have.
    private IEnumerable<(string Name, Tensor Tensor)> OfGenerator =>
        from parameter in Parameters.Parameters
        let isOwn = IsOfGenerator(parameter)
        where isOwn || parameter.Name.StartsWith($"{BertConfig.Electra}.embeddings.", StringComparison.Ordinal)
        select (isOwn ? parameter.Name[(GeneratorScope.Length + 1)..] : parameter.Name, (Tensor)parameter);

    private static bool IsOfGenerator(Parameter parameter) => parameter.Name.StartsWith($"{GeneratorScope}.", StringComparison.Ordinal);

    // [B, T], with what was drawn [B P] in the masked places.
    private static Tensor Replace(Graph graph, Batch batch, Tensor originals, Tensor drawn) =>
        new[] { originals.Reshape([(int)originals.Shape.ElementCount]), drawn }.Concat(0)
            .Select(0, graph.Input(batch[PretrainingBatches.Sources])).Reshape(originals.Shape);

    private Tensor Differ(Graph graph, Tensor ids, Tensor others) => (Numbers(graph, ids) - Numbers(graph, others)).Abs().Clamp(0f, 1f);

    private Tensor Differ(Graph graph, Tensor ids, int other) => (Numbers(graph, ids) - other).Abs().Clamp(0f, 1f);

    // Integers [B, T] as float32, which has all of them: rows of a table that holds their numbers.
    private Tensor Numbers(Graph graph, Tensor ids)
    {
        var numbers = graph.Input([.. Enumerable.Range(0, Config.VocabSize).Select(id => (float)id)], [Config.VocabSize, 1]);
        return ids.Embedding(numbers).Reshape(ids.Shape);
    }
}
