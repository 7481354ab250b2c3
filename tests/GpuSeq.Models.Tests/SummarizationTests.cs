using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Transformers that summarize, on reports made for the recipe.</summary>
public sealed class SummarizationTests
{
    private static readonly TransformerConfig Small = new()
    {
        SourceVocabSize = 1,
        TargetVocabSize = 1,
        Kind = RewritingKind.Summarization,
        HiddenSize = 64,
        EncoderLayers = 1,
        DecoderLayers = 1,
        NumHeads = 4,
        InnerSize = 128,
        Dropout = 0f,
    };

    [Test]
    public void Reports_AreLearned()
    {
        using var device = Device.Open();
        using var folder = new TemporaryFolder();
        var options = new TrainingOptions
        {
            Batch = 32,
            LearningRate = 4e-3f,
            Schedule = "inverse-sqrt,warmup=50",
            MaxSteps = 200,
            EvaluateEvery = 1000,
        };
        var corpus = ParallelCorpus.Read(new RecipeData(), reverse: false, seed: 1, BuiltInReports.Pairs);
        using var task = new TransformerTask(device, corpus, Small, new() { VocabSize = 1000, BatchTokens = 1024 }, options);
        using var trainer = new Trainer(task, options, new(folder.Path));
        var metrics = trainer.Run().Evaluation!.Metrics;
        using var summarizer = TrainedModels.LoadSummarizer(device, new(folder.Path));
        var texts = corpus.Held.Take(5).Select(pair => pair.Source).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(task.Recipe, Is.EqualTo("summarize"));
            Assert.That(metrics["rouge1"], Is.GreaterThan(60));
            Assert.That(metrics["rouge2"], Is.GreaterThan(40));
            Assert.That(metrics["rouge_l"], Is.InRange(60, metrics["rouge1"]));
            Assert.That(metrics.Keys, Does.Contain("bleu"));
            Assert.That(summarizer.Translate(texts, new() { Beam = 4 }).Select(one => one.Text), Is.All.Match("\\.$"));
        });
    }

    [Test]
    public void Reports_DifferAndSummariesAreShort()
    {
        var pairs = BuiltInReports.Pairs();
        Assert.Multiple(() =>
        {
            Assert.That(pairs.Select(pair => pair.Source).Distinct().Count(), Is.GreaterThan(3900));
            Assert.That(pairs.Select(pair => pair.Target.Length), Is.All.LessThan(100));
            Assert.That(pairs.Count(pair => pair.Target.Contains(" beat ", StringComparison.Ordinal)), Is.GreaterThan(400));
        });
    }
}
