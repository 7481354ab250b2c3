using GpuSeq.Engine;
using GpuSeq.Models.Embeddings;
using Microsoft.Extensions.AI;

namespace GpuSeq.Models.Tests.Embeddings;

/// <summary>Vectors of texts behind the interface that .NET programs share.</summary>
public sealed class BertEmbeddingGeneratorTests
{
    private const int Width = 16;

    private static readonly string[] Texts = ["a goat", "the old goat sleeps behind the red mill", "", "the mill"];

    private TemporaryFolder _folder = null!;
    private Device _device = null!;

    [SetUp]
    public void WriteModel()
    {
        (_folder, _device) = (new(), Device.Open());
        WriteModel(BertConfig.Bert);
    }

    [TearDown]
    public void Delete()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Vectors_AreThePooledStatesOfEachText([Values] EmbeddingPooling pooling)
    {
        using var generator = Load(new() { Pooling = pooling });
        var embeddings = await generator.GenerateAsync(Texts);
        var expected = Texts.Select(text => Expected(text, pooling)).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(embeddings, Has.Count.EqualTo(4));
            foreach (var (embedding, right) in embeddings.Zip(expected))
                Assert.That(embedding.Vector.ToArray(), Is.EqualTo(right).Within(1e-5));
            Assert.That(embeddings[0].Dimensions, Is.EqualTo(Width));
            Assert.That(embeddings[0].ModelId, Is.EqualTo(Path.GetFileName(_folder.Path)));
            Assert.That(embeddings[0].CreatedAt, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
            Assert.That(embeddings.Usage!.InputTokenCount, Is.EqualTo(4 + 10 + 2 + 4));
            Assert.That(embeddings.Usage.TotalTokenCount, Is.EqualTo(embeddings.Usage.InputTokenCount));
        });
    }

    [Test]
    public async Task Normalized_HaveTheLengthOne()
    {
        using var generator = Load(new() { Normalizes = true });
        using var plain = Load(new() { Normalizes = false });
        var (own, other) = (await generator.GenerateVectorAsync(Texts[1]), await plain.GenerateVectorAsync(Texts[1]));
        Assert.Multiple(() =>
        {
            Assert.That(Math.Sqrt(own.ToArray().Sum(value => (double)value * value)), Is.EqualTo(1).Within(1e-6));
            Assert.That(Cosine.Of(own.Span, other.Span), Is.EqualTo(1).Within(1e-6));
            Assert.That(other.ToArray(), Is.Not.EqualTo(own.ToArray()).Within(1e-3));
        });
    }

    [Test]
    public async Task Folder_OfSentenceTransformersSaysHow()
    {
        _folder.Write("1_Pooling/config.json", """{"word_embedding_dimension": 16, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}""");
        _folder.Write("modules.json", """[{"type": "sentence_transformers.models.Transformer"}, {"type": "sentence_transformers.models.Normalize"}]""");
        _folder.Write("sentence_bert_config.json", """{"max_seq_length": 4, "do_lower_case": false}""");
        using var generator = Load(null);
        using var own = Load(new() { Pooling = EmbeddingPooling.Max, Normalizes = false, MaxLength = 60 });
        var embeddings = await generator.GenerateAsync(Texts);
        Assert.Multiple(() =>
        {
            Assert.That((generator.Pooling, generator.Normalizes), Is.EqualTo((EmbeddingPooling.Cls, true)));
            Assert.That((own.Pooling, own.Normalizes), Is.EqualTo((EmbeddingPooling.Max, false)), "what the caller says counts more");
            Assert.That(embeddings.Usage!.InputTokenCount, Is.EqualTo(4 + 4 + 2 + 4), "cut");
        });
    }

    [TestCase("1_Pooling/config.json", """{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}""", "cls_token and mean_tokens is not supported")]
    [TestCase("1_Pooling/config.json", """{"pooling_mode_lasttoken": true}""", "lasttoken is not supported")]
    [TestCase("1_Pooling/config.json", """{"word_embedding_dimension": 16}""", "no pooling")]
    [TestCase("1_Pooling/config.json", "[]", "line 1")]
    [TestCase("modules.json", """[{"type": "sentence_transformers.models.Dense"}]""", "Dense is not supported")]
    [TestCase("sentence_bert_config.json", """{"max_seq_length": 0}""", "max_seq_length is 0")]
    public void Folder_ThatAsksForMoreIsRefused(string file, string text, string reason)
    {
        _folder.Write(file, text);
        Assert.That(() => Load(null), Throws.TypeOf<DataException>().With.Message.Contains(Path.GetFileName(file)).And.Message.Contains(reason));
    }

    [Test]
    public void Options_ThatCannotBeServedAreRefused()
    {
        using var generator = Load(null);
        var name = generator.Metadata.DefaultModelId!;
        Assert.Multiple(() =>
        {
            Assert.That(
                () => generator.GenerateAsync(Texts, new() { ModelId = "another" }),
                Throws.TypeOf<NotSupportedException>().With.Message.Contains("'another'").And.Message.Contains(name));
            Assert.That(
                () => generator.GenerateAsync(Texts, new() { Dimensions = 8 }),
                Throws.TypeOf<NotSupportedException>().With.Message.Contains("8 dimensions").And.Message.Contains("16"));
            Assert.That(async () => await generator.GenerateAsync(Texts, new() { ModelId = name, Dimensions = Width }), Throws.Nothing);
        });
    }

    [Test]
    public void Cancelled_EndsWithoutVectors()
    {
        using var generator = Load(null);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.That(async () => await generator.GenerateAsync(Texts, cancellationToken: cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task SeveralCallers_GetTheirOwn()
    {
        using var generator = Load(null);
        var alone = await generator.GenerateVectorAsync(Texts[1]);
        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => generator.GenerateAsync([Texts[i % 4], Texts[1]])));
        Assert.That(together.Select(own => own[1].Vector.ToArray()), Has.All.EqualTo(alone.ToArray()).Within(1e-5));
    }

    [Test]
    public async Task Services_AreTheMetadataAndItself()
    {
        using var generator = Load(null);
        var none = await generator.GenerateAsync([]);
        Assert.Multiple(() =>
        {
            Assert.That(generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions, Is.EqualTo(Width));
            Assert.That(generator.GetService<BertEmbeddingGenerator>(), Is.SameAs(generator));
            Assert.That(generator.GetService(typeof(string)), Is.Null);
            Assert.That(generator.GetService(typeof(EmbeddingGeneratorMetadata), "key"), Is.Null);
            Assert.That(none, Is.Empty);
        });
    }

    [Test]
    public async Task EveryModelOfTheFamily_HasVectors([Values(BertConfig.Roberta, BertConfig.Albert, BertConfig.Electra)] string type)
    {
        WriteModel(type);
        using var generator = Load(null);
        var embeddings = await generator.GenerateAsync(Texts);
        Assert.That(embeddings.Select(embedding => embedding.Vector.ToArray().All(float.IsFinite)), Has.All.True);
    }

    [Test]
    public async Task Index_RanksByTheCosine()
    {
        using var generator = Load(null);
        var index = await TextIndex.Of(generator, [Texts[0], Texts[1], Texts[3]]);
        var nearest = await index.Nearest([Texts[1], Texts[3]], count: 2);
        Assert.Multiple(() =>
        {
            Assert.That(nearest.Select(own => own.Count), Is.EqualTo(new[] { 2, 2 }));
            Assert.That(nearest.Select(own => own[0].Text), Is.EqualTo(new[] { Texts[1], Texts[3] }), "each lies nearest to itself");
            Assert.That(nearest[0][0].Similarity, Is.EqualTo(1).Within(1e-5));
            Assert.That(nearest[0][1].Similarity, Is.LessThan(nearest[0][0].Similarity));
        });
    }

    private BertEmbeddingGenerator Load(EmbeddingOptions? options) => BertEmbeddingGenerator.Load(_device, new(_folder.Path), options);

    private void WriteModel(string type)
    {
        var form = new BertConfig
        {
            ModelType = type,
            Width = Width,
            Layers = 2,
            Heads = 2,
            Inner = 24,
            Positions = 64,
            NarrowWidth = type is BertConfig.Albert or BertConfig.Electra ? 8 : null,
        };
        var origin = BertOrigin.New(form, Enumerable.Repeat(Texts[1], 3).Append("a"), 200);
        using var model = new BertModel<MaskedLanguageHead>(_device, origin.Config, seed: 7);
        BertFiles.Save(model, new(_folder.Path));
        origin.Encoder.Save(_folder.Path);
    }

    // Of the text by itself, without padding.
    private float[] Expected(string text, EmbeddingPooling pooling)
    {
        var encoder = TextEncoder.Load(_folder.Path);
        using var model = BertFiles.Load<NoHead>(_device, new(_folder.Path));
        var ids = encoder.Encode(text).Ids;
        using var graph = _device.BeginGraph(isTraining: false);
        var states = model.Forward(graph, new(graph.Input(ids, [1, ids.Length]))).Hidden.ToArray().Chunk(Width).ToArray();
        return pooling switch
        {
            EmbeddingPooling.Cls => states[0],
            EmbeddingPooling.Mean => [.. Enumerable.Range(0, Width).Select(i => states.Average(state => state[i]))],
            _ => [.. Enumerable.Range(0, Width).Select(i => states.Max(state => state[i]))],
        };
    }
}
