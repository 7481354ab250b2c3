using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>The feed-forward language model.</summary>
public sealed class NnlmTests
{
    private static readonly NnlmConfig Small = new() { VocabSize = 1, ContextSize = 3, EmbeddingSize = 16, HiddenSize = 24 };
    private static readonly TrainingOptions Options = new() { Epochs = 3, Batch = 64, LearningRate = 0.01f, Schedule = "linear" };

    [Test]
    public void Training_BeatsTheUnigrams([Values] bool isDirect)
    {
        var (result, vectors) = Train(Text(1000), Small with { IsDirect = isDirect });
        var metrics = result.Evaluation!.Metrics;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics["perplexity"], Is.LessThan(metrics["unigram_perplexity"] / 4));
            Assert.That(metrics["perplexity"], Is.EqualTo(Math.Exp(result.Evaluation.Loss)).Within(1e-9));
            Assert.That(vectors.Find("king"), Is.Not.Null);
        }
    }

    [Test]
    public void ShuffledText_IsNotForetold()
    {
        var words = Text(1000).Words.ToArray();
        new SplitMix64(3).Shuffle(words.AsSpan());
        var (result, _) = Train(new([.. words.Chunk(words.Length / 20)], "shuffled words"), Small);
        var metrics = result.Evaluation!.Metrics;
        Assert.That(metrics["perplexity"], Is.GreaterThan(0.95 * metrics["unigram_perplexity"]));
    }

    [Test]
    public void Parameters_AllGetGradients()
    {
        using var device = Device.Open();
        using var task = Task(device, Text(50), Small with { IsDirect = true, Dropout = 0.2f });
        Gradients.AreThere(task);
    }

    [Test]
    public void Ngrams_CoverTheTextOnce()
    {
        var batches = new NgramBatches([10, 11, 12, 13, 14], context: 2, batch: 2, seed: 1, end: 7);
        var seen = new List<(int, int, int)>();
        var batch = batches.NewBatch();
        for (var index = 0; index < batches.BatchesPerEpoch; index++)
        {
            var count = batches.Read(0, index, batch);
            for (var i = 0; i < count; i++)
                seen.Add((batch[0].Ints[2 * i], batch[0].Ints[2 * i + 1], batch[1].Ints[i]));
        }
        Assert.That(seen, Is.EquivalentTo(new[] { (7, 7, 10), (7, 10, 11), (10, 11, 12), (11, 12, 13), (12, 13, 14) }));
    }

    [Test]
    public void Unigrams_CountEveryWordOnceMore()
    {
        var perplexity = new Unigrams([0, 0, 1], 3).Perplexity([0, 1, 2]); // of probabilities 3/6, 2/6 and 1/6
        Assert.That(perplexity, Is.EqualTo(Math.Pow(3 / 6.0 * 2 / 6 * 1 / 6, -1 / 3.0)).Within(1e-12));
    }

    [Test]
    public void Run_IsMeasuredOnOtherTexts()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var task = Task(device, Text(300), Small);
        using var trainer = new Trainer(task, Options with { Epochs = 1 }, new(folder.File("run")));
        trainer.Run();
        var run = new RunFolder(folder.File("run"));
        var known = TrainedModels.Evaluate(device, run, folder.Write("a.txt", BuiltInCorpus.Write(50, seed: 9)));
        var strange = TrainedModels.Evaluate(device, run, folder.Write("b.txt", "zzz yyy xxx"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(known.Metrics["perplexity"], Is.LessThan(30));
            Assert.That(known.Metrics["unknown_words"], Is.LessThan(0.05));
            Assert.That(strange.Metrics["unknown_words"], Is.EqualTo(0.75), "all but the end");
        }
    }

    private static Corpus Text(int sentences) => Corpus.Of(BuiltInCorpus.Write(sentences), "the built-in text", new());

    private static NnlmTask Task(Device device, Corpus corpus, NnlmConfig config) => new(device, corpus, config, new(), Options);

    private static (TrainingResult Result, WordVectorTable Vectors) Train(Corpus corpus, NnlmConfig config)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var task = Task(device, corpus, config);
        using var trainer = new Trainer(task, Options, new(folder.Path));
        return (trainer.Run(), TrainedModels.LoadVectors(folder.Path));
    }
}
