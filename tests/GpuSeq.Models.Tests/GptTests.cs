using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>GPTs of all kinds: their forms, their training, their files.</summary>
public sealed class GptTests
{
    private static readonly GptConfig Small = new()
    {
        VocabSize = 31,
        Context = 12,
        Width = 16,
        Layers = 2,
        Heads = 2,
        ResidualDropout = 0.1f,
        EmbeddingDropout = 0.1f,
        AttentionDropout = 0.1f,
    };

    private static readonly TestCaseData[] Kinds =
    [
        new TestCaseData(Small).SetArgDisplayNames("gpt2"),
        new TestCaseData(Small with { ModelType = GptConfig.Gpt1, Afn = "gelu" }).SetArgDisplayNames("gpt"),
        new TestCaseData(Small with { ModelType = GptConfig.Gpt3, AttentionBand = 3 }).SetArgDisplayNames("gpt3"),
        new TestCaseData(Small with { TiesWeights = false, InnerWidth = 20, ScalesAttentionByLayer = true, ActivationFunction = "relu" })
            .SetArgDisplayNames("untied"),
    ];

    [TestCaseSource(nameof(Kinds))]
    public void Parameters_AllGetGradients(GptConfig config)
    {
        using var device = Device.Open();
        using var task = Task(device, config, new() { Batch = 4 });
        Gradients.AreThere(task);
    }

    [TestCaseSource(nameof(Kinds))]
    public void Gradients_AreThoseOfTheDefinition(GptConfig config)
    {
        using var device = Device.Open();
        using var model = new GptModel(device, config with { Width = 4, InnerWidth = 6, VocabSize = 7, Context = 5 }, seed: 3);
        using var graph = device.BeginGraph(new RandomStream(5));
        var ids = graph.Input([1, 5, 2, 6, 3, 0, 4, 1, 2, 3], [2, 5]);
        var loss = model.Loss(graph, ids, graph.Input([5, 2, 6, 3, -100, 4, 1, 2, 3, 0], [2, 5]));
        var report = graph.CheckGradients(loss, [.. model.Parameters.Parameters]);
        Assert.That(report.Passed, report.ToString());
    }

    [TestCase(TokenizerKind.Char)]
    [TestCase(TokenizerKind.Byte)]
    [TestCase(TokenizerKind.Bpe)]
    public void Training_LowersTheLossAndTheModelWrites(TokenizerKind tokenizer)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var options = new TrainingOptions { MaxSteps = 60, LearningRate = 1e-2f, Batch = 8, Optimizer = OptimizerKind.AdamW, Beta2 = 0.99 };
        var start = Math.Log(tokenizer == TokenizerKind.Bpe ? 300 : tokenizer == TokenizerKind.Byte ? 256 : 62);
        var result = Train(device, folder.Path, options, new GptRun { Tokenizer = tokenizer, VocabSize = 300 });
        using var generator = TrainedModels.LoadGenerator(device, new(folder.Path));
        var text = generator.Complete("KEEPER:", 40, new() { Seed = 3 });
        File.WriteAllText(folder.File("text.txt"), "KEEPER: The light is on, and the sea is calm. The sea is calm.");
        var measured = TrainedModels.Evaluate(device, new(folder.Path), folder.File("text.txt"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Evaluation!.Loss, Is.LessThan(start - 1));
            Assert.That(measured.Loss, Is.LessThan(start - 1));
            Assert.That(measured.Metrics["perplexity"], Is.EqualTo(Math.Exp(measured.Loss)).Within(1e-9));
            Assert.That(text, Is.Not.Empty);
            Assert.That(generator.Complete("KEEPER:", 40, new() { Seed = 3 }), Is.EqualTo(text), "the same seed");
            Assert.That(generator.Complete("KEEPER:", 40, new() { Seed = 4 }), Is.Not.EqualTo(text), "another seed");
            Assert.That(Directory.GetFiles(folder.File("pictures")), Has.Length.EqualTo(2));
            Assert.That(File.ReadAllText(folder.File("samples.jsonl")), Is.Not.Empty);
        }
    }

    [Test]
    public void ShuffledText_TeachesNothingButHowOftenCharactersOccur()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var text = BuiltInText.Read().ToCharArray();
        new SplitMix64(1).Shuffle(text.AsSpan());
        var options = new TrainingOptions { MaxSteps = 120, LearningRate = 5e-3f, Batch = 8 };
        var corpus = GptCorpus.Of([new(text)], null, new());
        using var task = new GptTask(device, corpus, Small, options);
        using var trainer = new Trainer(task, options, new(folder.Path));
        var loss = trainer.Run().Evaluation!.Loss;
        var shares = text.CountBy(character => character).Select(pair => (double)pair.Value / text.Length);
        var entropy = shares.Sum(share => -share * Math.Log(share));
        Assert.That(loss, Is.GreaterThan(entropy - 0.02).And.LessThan(entropy + 0.3));
    }

    [Test]
    public void ResumedRun_EndsWithTheBitsOfAnUninterruptedOne()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var options = new TrainingOptions { MaxSteps = 9, Batch = 4, LogEvery = 1 };
        var run = new GptRun { Tokenizer = TokenizerKind.Bpe, VocabSize = 280 };
        Train(device, folder.File("whole"), options, run);
        Train(device, folder.File("parts"), options with { MaxSteps = 4 }, run);
        Train(device, folder.File("parts"), options, run, Tokenizers.Load(folder.File("parts")));
        Assert.That(Model("parts"), Is.EqualTo(Model("whole")));

        byte[] Model(string name) => File.ReadAllBytes(folder.File($"{name}/model.safetensors"));
    }

    [Test]
    public void Sizes_HaveThePublishedNumbersOfParameters()
    {
        using (Assert.EnterMultipleScope())
        {
            Check("gpt", 116_534_784);
            Check("gpt2", 124_439_808);
            Check("gpt2-medium", 354_823_168);
            Check("gpt2-large", 774_030_080);
            Check("gpt2-xl", 1_557_611_200);
            Assert.That(Count(GptSizes.Find("gpt3-175b")), Is.EqualTo(175e9).Within(1e9));
            Assert.That(GptSizes.Names.Select(GptSizes.Find), Has.All.Matches<GptConfig>(config => config.Fault is null));
        }

        static void Check(string name, long expected) => Assert.That(Count(GptSizes.Find(name)), Is.EqualTo(expected), name);

        static long Count(GptConfig config)
        {
            long width = config.Width;
            var block = 12 * width * width + 13 * width; // four projections of attention, two of the feed-forward network; two norms
            var ends = (config.VocabSize + config.Context) * width + (config.IsPostNorm ? 0 : 2 * width);
            return config.Layers * block + ends;
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Files_GiveTheSameModelBack(GptConfig config)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var model = new GptModel(device, config, seed: 7);
        GptFiles.Save(model, new(folder.Path));
        using var loaded = GptFiles.Load(device, new(folder.Path));
        Assert.That(loaded.Config with { Other = null }, Is.EqualTo(config));
        Assert.That(
            loaded.Parameters.Parameters.SelectMany(parameter => parameter.ToArray()),
            Is.EqualTo(model.Parameters.Parameters.SelectMany(parameter => parameter.ToArray())));
    }

    [Test]
    public void Initialisation_ScalesResidualProjections()
    {
        using var device = Device.Open();
        using var model = new GptModel(device, Small with { Width = 64, Layers = 8 }, seed: 7);
        Assert.Multiple(() =>
        {
            Assert.That(Deviation("transformer.h.3.attn.c_attn.weight"), Is.EqualTo(0.02).Within(0.001));
            Assert.That(Deviation("transformer.h.3.attn.c_proj.weight"), Is.EqualTo(0.02 / 4).Within(0.0005));
            Assert.That(Deviation("transformer.h.3.mlp.c_proj.weight"), Is.EqualTo(0.02 / 4).Within(0.0005));
        });

        double Deviation(string name) => Math.Sqrt(model.Parameters.Find(name)!.ToArray().Average(value => (double)value * value));
    }

    [Test]
    public void Band_HidesWhatIsFarInEverySecondLayer()
    {
        using var device = Device.Open();
        using var model = new GptModel(device, Small with { ModelType = GptConfig.Gpt3, AttentionBand = 3 }, seed: 7);
        using var graph = device.BeginGraph(isTraining: false);
        var weights = model.Forward(graph, graph.Input(new int[10], [1, 10]), new() { ReturnsWeights = true }).Weights;
        var (dense, banded) = (weights[0].ToArray(), weights[1].ToArray()); // [1, H, T, T]
        Assert.Multiple(() =>
        {
            Assert.That(dense[90..100], Has.All.GreaterThan(0f));
            Assert.That(banded[90..96], Has.All.Zero);
            Assert.That(banded[96..100], Has.All.GreaterThan(0f));
        });
    }

    [TestCase("{\"model_type\": \"bert\"}", "the model is of type 'bert', not")]
    [TestCase("{\"model_type\": \"gpt2\", \"n_head\": 5}", "n_head 5 does not divide n_embd 768")]
    [TestCase("{\"model_type\": \"gpt2\", \"n_layer\": 0}", "a size is not positive")]
    [TestCase("{\"model_type\": \"gpt2\", \"attn_pdrop\": 1}", "a dropout is not in [0, 1)")]
    [TestCase("{\"model_type\": \"gpt2\", \"activation_function\": \"maxout\"}", "the activation function 'maxout' is not known")]
    [TestCase("{\"model_type\": \"gpt2\", \"n_emdb\": 16}", "the setting 'n_emdb' is not known")]
    [TestCase("{\"model_type\": \"gpt2\", \"add_cross_attention\": true}", "add_cross_attention is true, which is not supported")]
    [TestCase("{\"model_type\": \"gpt2\", \"pruned_heads\": {\"0\": [1]}}", "it has pruned_heads, which is not supported")]
    [TestCase("{\"model_type\": \"gpt2\", \"attention_band\": 4}", "only a model of type 'gpt3' has an attention_band")]
    [TestCase("{\"model_type\": \"gpt3\"}", "a model of type 'gpt3' needs an attention_band")]
    [TestCase("{\"model_type\": \"gpt2\", \"vocab_size\": 9, \"eos_token_id\": 9}", "eos_token_id 9 is none of 9 tokens")]
    [TestCase("{\n  \"model_type\": \"gpt2\",\n  \"n_layer\": \"two\"}", "line 3: it is not the configuration of a GPT")]
    public void Config_RefusesWhatItCannotMeet(string json, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.json", json);
        Assert.That(() => GptConfig.Load(path), Throws.TypeOf<DataException>().With.Message.Contains($"config.json: {reason}"));
    }

    [Test]
    public void Config_KeepsWhatChangesNothing()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(
            "config.json", """{"model_type": "gpt2", "n_ctx": 1024, "summary_type": "cls_index", "n_embd": 24, "n_head": 3}""");
        var config = GptConfig.Load(path);
        config.Save(path);
        Assert.Multiple(() =>
        {
            Assert.That(config.Width, Is.EqualTo(24));
            Assert.That(File.ReadAllText(path), Does.Contain("\"summary_type\": \"cls_index\"").And.Contain("\"n_embd\": 24"));
            Assert.That(GptConfig.Load(path).Other, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public void Windows_CoverTheTextInEveryEpochFromAnotherPlace()
    {
        var windows = new TextWindows([.. Enumerable.Range(0, 103)], length: 10, batch: 3, seed: 1, "numbers", "tokens");
        var batch = windows.NewBatch();
        var (first, second) = (Read(0), Read(1));
        Assert.Multiple(() =>
        {
            Assert.That(windows.BatchesPerEpoch, Is.EqualTo(3));
            Assert.That(first, Is.Unique.And.Count.EqualTo(90));
            Assert.That(first.Order(), Is.EqualTo(Enumerable.Range(first.Min(), 90)), "side by side");
            Assert.That(first, Is.Not.EqualTo(first.Order()), "in a random order");
            Assert.That(second, Is.Not.EqualTo(first));
            Assert.That(Read(0), Is.EqualTo(first), "the same epoch again");
            Assert.That(
                () => new TextWindows(new int[10], 10, 1, 1, "poem.txt", "characters"),
                Throws.TypeOf<DataException>().With.Message.EqualTo(
                    "poem.txt: 10 characters are too few for a context of 10; at least 11 are needed."));
        });

        List<int> Read(int epoch)
        {
            var seen = new List<int>();
            for (var index = 0; index < windows.BatchesPerEpoch; index++)
            {
                Assert.That(windows.Read(epoch, index, batch), Is.EqualTo(30));
                seen.AddRange(batch[0].Ints);
                Assert.That(batch[1].Ints.ToArray(), Is.EqualTo(batch[0].Ints.ToArray().Select(id => id + 1)));
            }
            return seen;
        }
    }

    private static GptTask Task(Device device, GptConfig config, TrainingOptions options) =>
        new(device, GptCorpus.Of([BuiltInText.Read()], null, new()), config, options);

    private static TrainingResult Train(Device device, string folder, TrainingOptions options, GptRun run, ITokenizer? tokenizer = null)
    {
        var config = Small with { Width = 32, Context = 32, ResidualDropout = 0, EmbeddingDropout = 0, AttentionDropout = 0 };
        using var task = new GptTask(device, GptCorpus.Read(run, tokenizer), config, options);
        using var trainer = new Trainer(task, options, new(folder));
        if (tokenizer is not null)
            trainer.Resume();
        return trainer.Run();
    }
}
