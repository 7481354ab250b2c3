using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models.Tests;

/// <summary>The character model from text to text.</summary>
public sealed class CharRnnTests
{
    private static readonly CharRnnConfig Small = new() { VocabSize = 1, EmbeddingSize = 12, HiddenSize = 24 };

    [Test]
    public void Training_LowersTheLossAndTheModelWrites([Values] CellKind cell)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var result = Train(device, folder.Path, new() { MaxSteps = 60, LearningRate = 1e-2f }, Small with { Cell = cell });
        var lines = File.ReadAllLines(folder.File("metrics.jsonl"));
        using var generator = TrainedModels.LoadGenerator(device, new(folder.Path));
        var text = generator.Complete("KEEPER:", 40, new() { Seed = 3 });
        Assert.Multiple(() =>
        {
            Assert.That(result.Evaluation!.Loss, Is.LessThan(2.8), "log 62 = 4.1 is what chance gives");
            Assert.That(result.BestLoss, Is.LessThanOrEqualTo(result.Evaluation.Loss));
            Assert.That(lines, Has.Some.Contains("\"split\":\"train\"").And.Some.Contains("\"split\":\"validation\""));
            Assert.That(text, Has.Length.EqualTo(40));
            Assert.That(generator.Complete("KEEPER:", 40, new() { Seed = 3 }), Is.EqualTo(text), "the same seed");
            Assert.That(generator.Complete("KEEPER:", 40, new() { Seed = 4 }), Is.Not.EqualTo(text), "another seed");
        });
    }

    [Test]
    public void ShuffledText_IsNotForetold()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var characters = string.Concat(Enumerable.Repeat("the ship and the sea ", 400)).ToCharArray();
        var options = new TrainingOptions { MaxSteps = 150, LearningRate = 1e-2f };
        var entropy = -characters.CountBy(c => c).Select(count => (double)count.Value / characters.Length).Sum(share => share * Math.Log(share));
        Assert.That(Loss("text"), Is.LessThan(0.2 * entropy), "that text is learned which repeats itself");
        new SplitMix64(9).Shuffle(characters.AsSpan());
        Assert.That(Loss("shuffled"), Is.GreaterThan(0.95 * entropy), "more than how often each character occurs cannot be known");

        double Loss(string run)
        {
            using var task = new CharRnnTask(device, new(characters), run, Small, batch: 8, sequenceLength: 20, seed: 1);
            using var trainer = new Trainer(task, options, new RunFolder(folder.File(run)));
            return trainer.Run().Evaluation!.Loss;
        }
    }

    [Test]
    public void RecipeFile_WithAFault_IsRefused([Values("char-rnn", "elmo")] string recipe)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("recipe.json"), """{"sequence_length": 0}""");
        var run = new RunFolder(folder.Path);
        Assert.That(
            () => recipe == "elmo" ? (RecipeData)run.LoadRecipe<ElmoRun>() : run.LoadRecipe<CharRnnRun>(),
            Throws.TypeOf<DataException>().With.Message.EndsWith("recipe.json: sequence_length is not positive."));
    }

    [Test]
    public void Parameters_AllGetGradients([Values] CellKind cell)
    {
        using var device = Device.Open();
        using var task = Task(device, new(), Small with { Cell = cell, NumLayers = 2, Dropout = 0.2f });
        Gradients.AreThere(task);
    }

    [Test]
    public void TiedWeights_AreOneParameterThatLearnsFromBothSides()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var tied = Small with { EmbeddingSize = 24, TieWeights = true };
        using var task = Task(device, new(), tied);
        using var parameters = new ParameterSet(device, seed: 1);
        var embedding = new Embedding(new(parameters, "embedding"), 5, 4);
        var decoder = new Linear(new(parameters, "decoder"), embedding.Weight);
        using var graph = device.BeginGraph();
        var logits = decoder.Forward(embedding.Forward(graph.Input([1, 4, 2], [3])).Tanh());
        var report = graph.CheckGradients(logits.CrossEntropy(graph.Input([0, 1, 2], [3])), [.. parameters.Parameters]);
        var result = Train(device, folder.Path, new() { MaxSteps = 60, LearningRate = 1e-2f }, tied);
        using var generator = TrainedModels.LoadGenerator(device, new(folder.Path));
        Assert.Multiple(() =>
        {
            Assert.That(report.Passed, report.ToString());
            Assert.That(task.Parameters.Find("decoder.weight"), Is.Null);
            Assert.That(task.Parameters.Find("decoder.bias"), Is.Not.Null);
            Assert.That(result.Evaluation!.Loss, Is.LessThan(3.2), "log 62 = 4.1 is what chance gives");
            Assert.That(generator.Complete("", 20, new()), Has.Length.EqualTo(20));
            Assert.That(() => Task(device, new(), Small with { TieWeights = true }), Throws.ArgumentException.With.Message.Contains("24, not 12"));
        });
    }

    [Test]
    public void Names_ArePyTorchs()
    {
        using var device = Device.Open();
        using var model = new CharRnnModel(device, Small with { VocabSize = 5, NumLayers = 2 });
        Assert.That(model.Parameters.Parameters.Select(parameter => parameter.ToString()), Is.EqualTo(new[]
        {
            "embedding.weight [5, 12]",
            "rnn.weight_ih_l0 [96, 12]", "rnn.weight_hh_l0 [96, 24]", "rnn.bias_ih_l0 [96]", "rnn.bias_hh_l0 [96]",
            "rnn.weight_ih_l1 [96, 24]", "rnn.weight_hh_l1 [96, 24]", "rnn.bias_ih_l1 [96]", "rnn.bias_hh_l1 [96]",
            "decoder.weight [5, 24]", "decoder.bias [5]",
        }));
    }

    [Test]
    public void ResumedRun_EndsWithTheBitsOfAnUninterruptedOne()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var options = new TrainingOptions { MaxSteps = 37, EvaluateEvery = 10 };
        var config = Small with { NumLayers = 2, Dropout = 0.3f };
        Train(device, folder.File("whole"), options, config);

        using (var stop = new CancellationTokenSource())
        {
            var interrupted = Train(
                device, folder.File("parts"), options, config, progress =>
                {
                    if (progress.Step >= 13)
                        stop.Cancel();
                },
                cancellation: stop.Token);
            Assert.That(interrupted.IsInterrupted);
        }
        // A kill after the state was saved leaves lines in the log that the resumed run must not repeat.
        File.AppendAllText(folder.File("parts/metrics.jsonl"), "{\"step\":36,\"epoch\":1,\"split\":\"train\",\"loss\":9}\n{\"step\":3");
        Train(device, folder.File("parts"), options, config, isResumed: true);
        Assert.Multiple(() =>
        {
            Assert.That(Tensors("parts/state/last.safetensors"), Is.EqualTo(Tensors("whole/state/last.safetensors")));
            Assert.That(
                File.ReadAllBytes(folder.File("parts/model.safetensors")),
                Is.EqualTo(File.ReadAllBytes(folder.File("whole/model.safetensors"))));
            Assert.That(Losses("parts"), Is.EqualTo(Losses("whole")));
        });

        byte[][] Tensors(string name)
        {
            using var file = SafeTensorsFile.Open(folder.File(name));
            return [.. file.Tensors.Keys.Order(StringComparer.Ordinal).Select(file.ReadBytes)];
        }

        string[] Losses(string run) =>
        [
            .. File.ReadLines(folder.File($"{run}/metrics.jsonl")).Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!)
                .Select(line => $"{line["step"]} {line["split"]} {line["loss"]}"),
        ];
    }

    [Test]
    public void Loss_ThatIsNotANumberEndsTheTraining()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var exception = Assert.Throws<TrainingException>(
            () => Train(device, folder.Path, new() { MaxSteps = 50, LearningRate = float.MaxValue, ClipNorm = 0 }, Small));
        Assert.That(exception!.Message, Does.Match("^Step [0-9]+: ").And.Contain("learning rate"));
    }

    [Test]
    public void Streams_CoverTheTextOnce()
    {
        var streams = new CharStreams([.. Enumerable.Range(0, 31)], batch: 3, steps: 5, "numbers");
        var (inputs, targets) = (new int[15], new int[15]);
        var seen = new List<int>();
        for (var window = 0; window < streams.Windows; window++)
        {
            streams.Read(window, inputs, targets);
            seen.AddRange(inputs);
            Assert.That(targets, Is.EqualTo(inputs.Select(id => id + 1)));
        }
        Assert.That(seen.Order(), Is.EqualTo(Enumerable.Range(0, 30)));
    }

    [Test]
    public void ShortText_IsRefusedWithWhatIsNeeded()
    {
        var exception = Assert.Throws<DataException>(() => _ = new CharStreams(new int[10], batch: 4, steps: 8, "poem.txt"));
        Assert.That(exception!.Message, Does.Contain("poem.txt").And.Contain("10").And.Contain("33"));
    }

    [Test]
    public void Vocabulary_KeepsEveryCharacterOfUnicode()
    {
        using var folder = new TemporaryFolder();
        const string Text = "a\nß😀\"\\ \t漢";
        CharVocabulary.Of(Text).Save(folder.File("vocab.json"));
        var vocabulary = CharVocabulary.Load(folder.File("vocab.json"));
        Assert.Multiple(() =>
        {
            Assert.That(vocabulary.Count, Is.EqualTo(9));
            Assert.That(string.Concat(vocabulary.Encode(Text).Select(vocabulary.Decode)), Is.EqualTo(Text));
            Assert.That(
                Assert.Throws<DataException>(() => vocabulary.Encode("ab"))!.Message, Does.Contain("character 2").And.Contain("U+0062"));
        });
    }

    [TestCase("[1]")]
    [TestCase("{\"ab\": 0}")]
    [TestCase("{\"a\": 1}")]
    [TestCase("{")]
    public void Vocabulary_RefusesOtherFiles(string json)
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            Assert.Throws<DataException>(() => CharVocabulary.Load(folder.Write("vocab.json", json)))!.Message, Does.Contain("vocab.json"));
    }

    [TestCase("{\"model_type\": \"bert\", \"vocab_size\": 3}", "bert")]
    [TestCase("{\"model_type\": \"char-rnn\", \"vocab_size\": -3}", "positive")]
    [TestCase("{\"model_type\": \"char-rnn\", \"vocab_size\": 3, \"tie_weights\": true}", "embedding_size of 128")]
    [TestCase("{\n  \"vocab_size\": }", "line 2")]
    public void Config_RefusesOtherFiles(string json, string reason)
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            Assert.Throws<DataException>(() => CharRnnConfig.Load(folder.Write("config.json", json)))!.Message, Does.Contain(reason));
    }

    [Test]
    public void TextFile_NamesTheLineThatIsNotUtf8()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("latin1.txt"), [.. "one\ntwo\n"u8, 0xE9, (byte)'\n']);
        File.WriteAllBytes(folder.File("marked.txt"), [0xEF, 0xBB, 0xBF, .. "text"u8]);
        Assert.Multiple(() =>
        {
            Assert.That(
                Assert.Throws<DataException>(() => TextFile.Read(folder.File("latin1.txt")))!.Message, Does.Contain("line 3"));
            Assert.That(Assert.Throws<DataException>(() => TextFile.Read(folder.File("none.txt")))!.Message, Does.Contain("no such file"));
            Assert.That(TextFile.Read(folder.File("marked.txt")), Is.EqualTo("text"));
        });
    }

    [Test]
    public void Sampler_FollowsTemperatureAndTopK()
    {
        float[] logits = [0f, 1f, 2f, 3f];
        Assert.Multiple(() =>
        {
            Assert.That(Counts(new() { Temperature = 0f }), Is.EqualTo(new[] { 0, 0, 0, 4000 }));
            Assert.That(Counts(new() { TopK = 2 })[..2], Is.EqualTo(new[] { 0, 0 }));
            Assert.That(Counts(new())[3], Is.EqualTo(4000 * 0.6439).Within(120), "e^3 / (1 + e + e^2 + e^3)");
            Assert.That(Counts(new() { Temperature = 100f })[0], Is.EqualTo(1000).Within(120));
            Assert.That(() => new Sampler(new() { Temperature = -1f }), Throws.InstanceOf<ArgumentException>());
        });

        int[] Counts(SamplingOptions options)
        {
            var sampler = new Sampler(options);
            var counts = new int[4];
            for (var i = 0; i < 4000; i++)
                counts[sampler.Choose(logits)]++;
            return counts;
        }
    }

    internal static CharRnnTask Task(Device device, TrainingOptions options, CharRnnConfig config) =>
        new(device, BuiltInText.Read(), "the built-in text", config, options.Batch, sequenceLength: 20, options.Seed);

    private static TrainingResult Train(
        Device device, string folder, TrainingOptions options, CharRnnConfig config, Action<TrainingProgress>? progress = null,
        bool isResumed = false, CancellationToken cancellation = default)
    {
        options = options with { Batch = 8, LogEvery = 1 };
        using var task = Task(device, options, config);
        using var trainer = new Trainer(task, options, new RunFolder(folder));
        if (isResumed)
            trainer.Resume();
        return trainer.Run(progress, cancellation);
    }
}
