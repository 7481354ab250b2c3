using GpuSeq.Engine;

namespace GpuSeq.Models.Tests.Pretraining;

/// <summary>Pre-trainings of BERT's family on the built-in days.</summary>
public sealed class PretrainingTests
{
    private static readonly PretrainingRun Run = new() { Length = 32, VocabSize = 600 };
    private static readonly PretrainingCorpus Corpus = PretrainingCorpus.Read(Run, BertConfig.Bert);

    private static readonly Dictionary<string, PretrainingCorpus> Corpora = new()
    {
        [BertConfig.Bert] = Corpus,
        [BertConfig.Electra] = Corpus,
        [BertConfig.Roberta] = PretrainingCorpus.Read(Run, BertConfig.Roberta),
        [BertConfig.Albert] = PretrainingCorpus.Read(Run, BertConfig.Albert),
    };

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
        using var task = (IDisposable)Task(device, Corpora[modelType], modelType, new() { Batch = 8 }, dropout: 0.1f);
        Gradients.AreThere((ITrainingTask)task);
    }

    [TestCase(BertConfig.Bert, 250, 0.7)]
    [TestCase(BertConfig.Roberta, 150, 0.6)]
    [TestCase(BertConfig.Albert, 250, 0.1)] // whole words, and layers that share their parameters
    public void Training_GetsBelowTheEntropyOfPieces(string modelType, int steps, double less)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var corpus = Corpora[modelType];
        var evaluation = Train(device, folder.Path, corpus, modelType, steps);
        var measured = TrainedModels.Evaluate(device, new(folder.Path), WriteHeld(folder, corpus));
        var entropy = Entropy(corpus);
        Assert.Multiple(() =>
        {
            Assert.That(evaluation.Metrics["mlm_loss"], Is.LessThan(entropy - less));
            Assert.That(evaluation.Metrics["mlm_accuracy"], Is.GreaterThan(0.1));
            Assert.That(evaluation.Metrics["perplexity"], Is.EqualTo(Math.Exp(evaluation.Metrics["mlm_loss"])).Within(1e-9));
            Assert.That(measured.Metrics["mlm_loss"], Is.LessThan(entropy - less));
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
        var evaluation = Train(device, folder.Path, Corpus, BertConfig.Electra, 200);
        var measured = TrainedModels.Evaluate(device, new(folder.Path), WriteHeld(folder, Corpus));
        using var discriminator = BertFiles.Load<ReplacedTokenHead>(device, new(folder.Path));
        using var generator = BertFiles.Load<MaskedLanguageHead>(device, new(folder.File(ElectraModel.GeneratorFolder)));
        Assert.Multiple(() =>
        {
            var share = evaluation.Metrics["replaced_share"];
            Assert.That(evaluation.Metrics["mlm_loss"], Is.LessThan(Entropy(Corpus) - 0.3));
            Assert.That(
                evaluation.Metrics["rtd_loss"], Is.LessThan(-share * Math.Log(share) - (1 - share) * Math.Log(1 - share) - 0.01),
                "better than to know how many are replaced");
            Assert.That(evaluation.Metrics["rtd_accuracy"], Is.GreaterThan(0.98 - share));
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
        var evaluation = Train(device, folder.Path, shuffled, BertConfig.Bert, 200);
        Assert.Multiple(() =>
        {
            Assert.That(evaluation.Metrics["mlm_loss"], Is.InRange(Entropy(Corpus) - 0.15, Entropy(Corpus) + 0.5));
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

    private static string WriteHeld(TemporaryFolder folder, PretrainingCorpus corpus) =>
        folder.Write("held.txt", string.Join("\n\n", corpus.HeldSentences));

    // Of the pieces, in nats: what is lost without a look at the others.
    private static double Entropy(PretrainingCorpus corpus)
    {
        var pieces = corpus.Held.SelectMany(document => document.Ids).ToArray();
        return pieces.CountBy(id => id).Select(pair => (double)pair.Value / pieces.Length).Sum(share => -share * Math.Log(share));
    }

    private static Evaluation Train(
        Device device, string folder, PretrainingCorpus corpus, string modelType, int steps, bool isResumed = false,
        string schedule = "linear,warmup=0.1")
    {
        var options = new TrainingOptions
        {
            MaxSteps = steps,
            Epochs = 1000,
            Batch = 32,
            LearningRate = modelType == BertConfig.Albert ? 5e-3f : 1e-2f,
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

    private static ITrainingTask Task(
        Device device, PretrainingCorpus corpus, string modelType, TrainingOptions options, float dropout = 0f)
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
