using GpuSeq.Engine;

namespace GpuSeq.Models.Tests.Pretraining;

/// <summary>Pre-trainings of BERT's family on the built-in days.</summary>
public sealed class PretrainingTests
{
    private const int Vocabulary = 300;

    private static readonly PretrainingRun Run = new() { Length = 48, VocabSize = Vocabulary };
    private static readonly PretrainingCorpus Corpus = PretrainingCorpus.Read(Run, BertConfig.Bert);

    private static readonly BertConfig Small = new()
    {
        Width = 32,
        Layers = 2,
        Heads = 2,
        Inner = 64,
        Positions = 64,
        HiddenDropout = 0f,
        AttentionDropout = 0f,
        InitializerRange = 0.1f,
    };

    [TestCase(BertConfig.Bert)]
    [TestCase(BertConfig.Roberta)]
    [TestCase(BertConfig.Albert)]
    [TestCase(BertConfig.Electra)]
    public void Parameters_AllGetGradients(string modelType)
    {
        using var device = Device.Open();
        using var task = (IDisposable)Task(device, Corpus, modelType, new() { Batch = 8 }, dropout: 0.1f);
        Gradients.AreThere((ITrainingTask)task);
    }

    [TestCase(BertConfig.Bert, 400)]
    [TestCase(BertConfig.Roberta, 250)]
    [TestCase(BertConfig.Albert, 250)]
    public void Training_GetsBelowTheEntropyOfPieces(string modelType, int steps)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var evaluation = Train(device, folder.Path, Corpus, modelType, steps);
        var measured = TrainedModels.Evaluate(device, new(folder.Path), folder.Write("held.txt", string.Join("\n\n", Corpus.HeldSentences)));
        TestContext.Out.WriteLine(string.Join(", ", evaluation.Metrics) + $", entropy {Entropy()}");
        Assert.Multiple(() =>
        {
            Assert.That(evaluation.Metrics["mlm_loss"], Is.LessThan(Entropy() - 1));
            Assert.That(evaluation.Metrics["mlm_accuracy"], Is.GreaterThan(0.25));
            Assert.That(measured.Metrics["mlm_loss"], Is.LessThan(Entropy() - 1));
            if (modelType == BertConfig.Bert)
                Assert.That(evaluation.Metrics["nsp_accuracy"], Is.GreaterThan(0.65));
            if (modelType == BertConfig.Albert)
                Assert.That(evaluation.Metrics["sop_accuracy"], Is.GreaterThan(0.65));
            Assert.That(File.ReadAllText(folder.File("samples.jsonl")), Does.Contain(" %"));
        });
    }

    [Test]
    public void Electra_FindsReplacedTokens()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var evaluation = Train(device, folder.Path, Corpus, BertConfig.Electra, 250);
        var measured = TrainedModels.Evaluate(device, new(folder.Path), folder.Write("held.txt", string.Join("\n\n", Corpus.HeldSentences)));
        using var discriminator = BertFiles.Load<ReplacedTokenHead>(device, new(folder.Path));
        using var generator = BertFiles.Load<MaskedLanguageHead>(device, new(folder.File(ElectraModel.GeneratorFolder)));
        TestContext.Out.WriteLine(string.Join(", ", evaluation.Metrics) + $", entropy {Entropy()}");
        Assert.Multiple(() =>
        {
            Assert.That(evaluation.Metrics["mlm_loss"], Is.LessThan(Entropy() - 0.5));
            Assert.That(evaluation.Metrics["rtd_accuracy"], Is.GreaterThan(1 - evaluation.Metrics["replaced_share"] + 0.01));
            Assert.That(evaluation.Metrics["rtd_recall"], Is.GreaterThan(0.3));
            Assert.That(evaluation.Metrics["replaced_share"], Is.InRange(0.05, 0.15));
            Assert.That(measured.Metrics["rtd_loss"], Is.EqualTo(evaluation.Metrics["rtd_loss"]).Within(0.1));
            Assert.That(generator.Config.Width, Is.LessThan(discriminator.Config.Width));
            Assert.That(
                generator.Encoder.Embeddings.Words.ToArray(), Is.EqualTo(discriminator.Encoder.Embeddings.Words.ToArray()), "shared");
        });
    }

    [Test]
    public void ShuffledPieces_TeachNothingButHowOftenTheyOccur()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var random = new SplitMix64(1);
        var pieces = Corpus.Train.SelectMany(document => document.Ids).ToArray();
        random.Shuffle(pieces.AsSpan());
        var left = 0;
        var shuffled = Corpus with { Train = [.. Corpus.Train.Select(Shuffle)], Held = [.. Corpus.Train.Take(24).Select(Shuffle)] };
        var evaluation = Train(device, folder.Path, shuffled, BertConfig.Bert, 300);
        Assert.Multiple(() =>
        {
            Assert.That(evaluation.Metrics["mlm_loss"], Is.InRange(Entropy() - 0.15, Entropy() + 0.5));
            Assert.That(evaluation.Metrics["nsp_accuracy"], Is.InRange(0.35, 0.65));
        });

        PieceDocument Shuffle(PieceDocument document)
        {
            var begin = left;
            left = (left + document.Ids.Length) % (pieces.Length - 1000);
            return document with { Ids = pieces[begin..(begin + document.Ids.Length)] };
        }
    }

    [TestCase(BertConfig.Bert)]
    [TestCase(BertConfig.Electra)]
    public void ResumedRun_EndsWithTheBitsOfAnUninterruptedOne(string modelType)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        Train(device, folder.File("whole"), Corpus, modelType, 9, schedule: "constant");
        Train(device, folder.File("parts"), Corpus, modelType, 4, schedule: "constant");
        Train(device, folder.File("parts"), Corpus, modelType, 9, isResumed: true, "constant");
        Assert.That(Model("parts"), Is.EqualTo(Model("whole")));

        byte[] Model(string name) => File.ReadAllBytes(folder.File($"{name}/model.safetensors"));
    }

    // Of the pieces, in nats: what is lost without a look at the others.
    private static double Entropy()
    {
        var pieces = Corpus.Held.SelectMany(document => document.Ids).ToArray();
        return pieces.CountBy(id => id).Select(pair => (double)pair.Value / pieces.Length).Sum(share => -share * Math.Log(share));
    }

    private static Evaluation Train(
        Device device, string folder, PretrainingCorpus corpus, string modelType, int steps, bool isResumed = false, string schedule = "linear,warmup=0.1")
    {
        var options = new TrainingOptions
        {
            MaxSteps = steps,
            Epochs = 1000,
            Batch = 16,
            LearningRate = 5e-3f,
            Schedule = schedule,
            Optimizer = OptimizerKind.AdamW,
            WeightDecay = 0.01f,
            EvaluateEvery = 10_000,
        };
        var task = Task(device, corpus, modelType, options);
        using var disposed = (IDisposable)task;
        using var trainer = new Trainer(task, options, new(folder));
        if (isResumed)
            trainer.Resume();
        var evaluation = trainer.Run().Evaluation!;
        new RunFolder(folder).SaveRecipe(Run);
        return evaluation;
    }

    private static ITrainingTask Task(Device device, PretrainingCorpus corpus, string modelType, TrainingOptions options, float dropout = 0f)
    {
        var config = Small with
        {
            ModelType = modelType,
            VocabSize = corpus.Encoder.Tokenizer.Count,
            PadTokenId = corpus.Encoder.Special.Padding,
            HiddenDropout = dropout,
            AttentionDropout = dropout,
            NarrowWidth = modelType is BertConfig.Albert or BertConfig.Electra ? 24 : null,
        };
        return modelType == BertConfig.Electra
            ? new ElectraTask(device, corpus, new(device, config, ElectraModel.GeneratorOf(config, 0.5), 1), Run, options)
            : new PretrainingTask(device, corpus, PretrainingModel.Create(device, config, 1), Run, options);
    }
}
