using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Fine-tuned GPTs: the four forms of examples, from texts to answers.</summary>
public sealed class GptTuningTests
{
    private static readonly GptConfig Small = new()
    {
        Context = 48,
        Width = 32,
        Layers = 2,
        Heads = 2,
        EmbeddingDropout = 0f,
        ResidualDropout = 0f,
        AttentionDropout = 0f,
    };

    [TestCase(GptTuningForm.Classify, "accuracy", 0.7)] // half would be chance
    [TestCase(GptTuningForm.Entail, "accuracy", 0.55)] // a third would be chance
    [TestCase(GptTuningForm.Similar, "pearson", 0.3)]
    [TestCase(GptTuningForm.Choice, "accuracy", 0.6)] // a third would be chance
    public void BuiltInExamples_AreLearned(GptTuningForm form, string metric, double least)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var result = Train(device, folder.Path, form, form.Read(null), metric);
        var example = form.Read(null).Dev[0];
        using var classifier = TrainedModels.LoadClassifier(device, new(folder.Path));
        var said = classifier.Classify([string.Join('\t', example.Texts)])[0];
        Assert.Multiple(() =>
        {
            Assert.That(result.Best, Is.GreaterThan(least));
            Assert.That(result.Replays, Is.GreaterThan(50), "through the recorded path");
            Assert.That(result.Evaluation!.Metrics["perplexity"], Is.GreaterThan(1).And.LessThan(60));
            Assert.That(said.Label, form == GptTuningForm.Similar ? Does.Match("^-?[0-9]+\\.[0-9]{2}$") : Is.AnyOf([.. classifier.Labels]));
            Assert.That(Directory.GetFiles(folder.File("pictures")), Has.Length.EqualTo(1));
            Assert.That(File.ReadAllText(folder.File("samples.jsonl")), Does.Contain("\"expected\""));
        });
    }

    [TestCase(GptTuningForm.Classify, "accuracy", 0.65)]
    [TestCase(GptTuningForm.Entail, "accuracy", 0.45)]
    [TestCase(GptTuningForm.Similar, "pearson", 0.25)]
    [TestCase(GptTuningForm.Choice, "accuracy", 0.45)]
    public void ShuffledAnswers_AreNotLearned(GptTuningForm form, string metric, double most)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var examples = form.Read(null);
        string[] answers = [.. examples.Train.Select(example => example.Answer)];
        new SplitMix64(1).Shuffle(answers.AsSpan());
        examples = examples with { Train = [.. examples.Train.Zip(answers, (example, answer) => example with { Answer = answer })] };
        var result = Train(device, folder.Path, form, examples, metric, steps: 200);
        Assert.That(result.Evaluation!.Metrics[metric], Is.LessThan(most));
    }

    [Test]
    public void Parameters_AllGetGradients([Values] GptTuningForm form, [Values] bool isPostNorm)
    {
        using var device = Device.Open();
        using var task = NewTask(
            device, form, form.Read(null), Small with { ModelType = isPostNorm ? GptConfig.Gpt1 : GptConfig.Gpt2, TiesWeights = !isPostNorm });
        Gradients.AreThere(task);
    }

    [Test]
    public void Loss_IsTheTasksAndLambdaTimesTheForetelling([Values] GptTuningForm form, [Values(0f, 0.5f, 2f)] float lambda)
    {
        using var device = Device.Open();
        using var task = NewTask(device, form, form.Read(null), Small, lambda);
        var batch = task.Batches.NewBatch();
        task.Batches.Read(0, 0, batch);
        using var graph = device.BeginGraph(isTraining: false);
        var (outputs, foretelling) = task.Model.Forward(graph, batch, foretells: true);
        var answers = graph.Input(batch[GptTuningBatches.Answers]);
        var own = form == GptTuningForm.Similar ? outputs.SquaredError(answers) : outputs.CrossEntropy(answers);
        Assert.That(task.Loss(graph, batch).Item(), Is.EqualTo(own.Item() + lambda * foretelling!.Item()).Within(1e-5));
    }

    [Test]
    public void Similarity_IsTheSameInEitherOrder()
    {
        using var device = Device.Open();
        using var task = NewTask(device, GptTuningForm.Similar, GptTuningForm.Similar.Read(null), Small);
        var classifier = new GptTuningClassifier(device, task.Model, task.Tokenizer);
        string[] pair = ["the baker bakes bread", "the doctor sleeps late at home"];
        var outputs = classifier.Outputs([pair, [pair[1], pair[0]], [pair[0], pair[0]]]);
        Assert.Multiple(() =>
        {
            Assert.That(outputs[1][0], Is.EqualTo(outputs[0][0]).Within(1e-6));
            Assert.That(outputs[2][0], Is.Not.EqualTo(outputs[0][0]).Within(1e-5), "another pair");
        });
    }

    [Test]
    public void Padding_ChangesNothing([Values] GptTuningForm form)
    {
        using var device = Device.Open();
        using var task = NewTask(device, form, form.Read(null), Small);
        var classifier = new GptTuningClassifier(device, task.Model, task.Tokenizer);
        var texts = form.Read(null).Dev[0].Texts;
        string[] longer = [.. texts.Select(text => $"{text} {text}")];
        Assert.That(classifier.Outputs([texts, longer])[0], Is.EqualTo(classifier.Outputs([texts])[0]).Within(1e-6));
    }

    [Test]
    public void Sequences_AreThoseOfThePaper()
    {
        var (start, delimiter, extract) = (256, 257, 258);
        Assert.Multiple(() =>
        {
            Assert.That(Of(GptTuningForm.Classify, 9, "ab"), Is.EqualTo(new[] { new[] { start, 97, 98, extract } }));
            Assert.That(Of(GptTuningForm.Entail, 9, "ab", "c"), Is.EqualTo(new[] { new[] { start, 97, 98, delimiter, 99, extract } }));
            Assert.That(Of(GptTuningForm.Similar, 9, "a", "b"), Is.EqualTo(
                new[] { new[] { start, 97, delimiter, 98, extract }, [start, 98, delimiter, 97, extract] }));
            Assert.That(Of(GptTuningForm.Choice, 9, "a", "b", "c"), Is.EqualTo(
                new[] { new[] { start, 97, delimiter, 98, extract }, [start, 97, delimiter, 99, extract] }));
            Assert.That(Of(GptTuningForm.Entail, 6, "abcde", "xy"), Has.One.EqualTo(
                new[] { start, 97, delimiter, 120, 121, extract }).Or.One.EqualTo(new[] { start, 97, 98, delimiter, 120, extract }), "cut");
        });

        static int[][] Of(GptTuningForm form, int maxLength, params string[] texts) => new GptTuningSequences(
            new() { Form = form, Labels = ["0", "1"], MaxLength = maxLength, Gpt = new() { VocabSize = 259 } }, new ByteTokenizer()).Of(texts);
    }

    [Test]
    public void Pretrained_GivesItsParametersAndGetsRowsForTheSpecialTokens([Values] bool isTied)
    {
        using var device = Device.Open();
        var form = Small with { VocabSize = 256, TiesWeights = isTied };
        using var pretrained = new GptModel(device, form, seed: 5);
        using var origin = new GptOrigin(new ByteTokenizer(), form, pretrained);
        var config = origin.Begin(GptTuningForm.Classify, maxLength: 100) with { Labels = ["a", "b"] };
        using var model = new GptTuningModel(device, config, seed: 6);
        model.Take(pretrained);
        int[] ids = [1, 2, 3];
        using var graph = device.BeginGraph(isTraining: false);
        var before = pretrained.Logits(pretrained.Forward(graph, graph.Input(ids, [1, 3])).Hidden);
        var after = model.Gpt.Logits(model.Gpt.Forward(graph, graph.Input(ids, [1, 3])).Hidden);
        Assert.Multiple(() =>
        {
            Assert.That(config.MaxLength, Is.EqualTo(48), "the context");
            Assert.That(after.Shape, Is.EqualTo(new Shape(1, 3, 259)));
            Assert.That(after.Slice(-1, ..256).ToArray(), Is.EqualTo(before.ToArray()).Within(1e-6));
            Assert.That(model.Parameters.Find("transformer.wte.weight")!.ToArray()[(256 * 32)..], Has.All.Not.Zero, "drawn at random");
        });
    }

    [Test]
    public void Evaluation_OfARunIsThatOfTheTraining()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var examples = BuiltInEntailment.Create();
        var trained = Train(device, folder.File("run"), GptTuningForm.Entail, examples, TrainingGoal.Last, steps: 20).Evaluation!;
        var rows = examples.Dev.Select(example => $"{example.Texts[0]}\t{example.Texts[1]}\t{example.Answer}\n");
        var data = folder.Write("dev.tsv", $"sentence1\tsentence2\tgold_label\n{string.Concat(rows)}");
        var other = folder.Write("other.tsv", "sentence1\tsentence2\tgold_label\na\tb\tperhaps\n");
        var measured = TrainedModels.Evaluate(device, new(folder.File("run")), data);
        Assert.Multiple(() =>
        {
            Assert.That(measured.Loss, Is.EqualTo(trained.Loss).Within(1e-5));
            Assert.That(measured.Metrics["accuracy"], Is.EqualTo(trained.Metrics["accuracy"]));
            Assert.That(measured.ByClass.Keys, Does.Contain("f1_neutral"));
            Assert.That(
                () => TrainedModels.Evaluate(device, new(folder.File("run")), other),
                Throws.TypeOf<DataException>().With.Message.Contains("other.tsv").And.Message.Contains("'perhaps'"));
        });
    }

    [Test]
    public void LabelsOfPairs_AreLearnedAsLabels()
    {
        using var device = Device.Open();
        TextExample[] pairs = [.. Enumerable.Range(0, 40).Select(i => new TextExample([$"text {i}", "text"], $"{i % 2}"))];
        using var task = NewTask(device, GptTuningForm.Similar, new("pairs", pairs, []), Small);
        Assert.That(task.Model.Config.Labels, Is.EqualTo(new[] { "0", "1" }));
        Gradients.AreThere(task);
    }

    private static TrainingResult Train(
        Device device, string folder, GptTuningForm form, TextExamples examples, string metric, int? steps = null)
    {
        var options = new TrainingOptions
        {
            Epochs = 100,
            MaxSteps = steps ?? form switch
            {
                GptTuningForm.Similar => 300,
                GptTuningForm.Choice => 450,
                _ => 380,
            },
            Batch = form == GptTuningForm.Similar ? 32 : 16,
            LearningRate = 3e-3f,
            Schedule = "linear,warmup=0.05",
            Metric = metric,
        };
        using var task = NewTask(device, form, examples, Small, options: options);
        using var trainer = new Trainer(task, options, new RunFolder(folder));
        return trainer.Run();
    }

    private static GptTuningTask NewTask(
        Device device, GptTuningForm form, TextExamples examples, GptConfig gpt, float lambda = 0.5f, TrainingOptions? options = null)
    {
        using var origin = GptOrigin.New(gpt, examples, vocabSize: 400);
        var config = origin.Begin(form, maxLength: 48) with { LanguageModelWeight = lambda };
        return new(device, examples, config, origin.Tokenizer, options ?? new() { Batch = 16 });
    }
}
