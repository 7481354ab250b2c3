using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Models of BERT's family that are fine-tuned on examples: labels, sets of labels, numbers and choices.</summary>
public sealed class BertExampleTests
{
    [TestCase(TextProblem.Label, null, "accuracy", 0.65, 250)] // half would be chance
    [TestCase(TextProblem.Label, "mnli", "accuracy", 0.45, 250)] // a third would be chance
    [TestCase(TextProblem.Labels, null, "micro_f1", 0.7, 200)]
    [TestCase(TextProblem.Number, null, "pearson", 0.3, 250)]
    [TestCase(TextProblem.Choice, null, "accuracy", 0.6, 200)] // a third would be chance
    public void BuiltInExamples_AreLearned(TextProblem problem, string? task, string metric, double least, int steps)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var examples = Examples(problem, task);
        var result = Train(device, folder.Path, problem, task, examples, metric, steps);
        var example = examples.Dev[0];
        using var classifier = TrainedModels.LoadClassifier(device, new(folder.Path));
        var said = classifier.Classify([string.Join('\t', example.Texts)])[0];
        Assert.Multiple(() =>
        {
            Assert.That(result.Best, Is.GreaterThan(least));
            Assert.That(result.Replays, Is.GreaterThan(50), "through the recorded path");
            Assert.That(said.Label, problem == TextProblem.Number ? Does.Match("^-?[0-9]+\\.[0-9]{2}$") : Is.Not.Null);
            Assert.That(said.Probabilities, Has.Count.EqualTo(problem == TextProblem.Choice ? 3 : classifier.Labels.Count));
            Assert.That(
                Directory.GetFiles(folder.File("pictures")), Has.Length.EqualTo(problem == TextProblem.Choice || task is not null ? 1 : 4),
                "with the attention to short texts");
            Assert.That(File.ReadAllText(folder.File("samples.jsonl")), Does.Contain("\"expected\""));
        });
    }

    [TestCase(TextProblem.Label, null, "accuracy", 0.65)]
    [TestCase(TextProblem.Choice, null, "accuracy", 0.45)]
    [TestCase(TextProblem.Number, null, "pearson", 0.25)]
    public void ShuffledAnswers_AreNotLearned(TextProblem problem, string? task, string metric, double most)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var examples = Examples(problem, task);
        string[] answers = [.. examples.Train.Select(example => example.Answer)];
        new SplitMix64(1).Shuffle(answers.AsSpan());
        examples = examples with { Train = [.. examples.Train.Zip(answers, (example, answer) => example with { Answer = answer })] };
        var result = Train(device, folder.Path, problem, task, examples, metric, steps: 150);
        Assert.That(result.Evaluation!.Metrics[metric], Is.LessThan(most));
    }

    [Test]
    public void Parameters_AllGetGradients(
        [Values(BertConfig.Bert, BertConfig.Roberta, BertConfig.Albert, BertConfig.Electra)] string type, [Values] TextProblem problem)
    {
        using var device = Device.Open();
        var examples = Examples(problem, null);
        using var task = new BertExampleTask(
            device, BertTuningSetup.Origin(examples, BertTuningSetup.Of(type)), examples, new() { Problem = problem }, new() { Batch = 16 });
        Gradients.AreThere(task, problem == TextProblem.Choice ? ["classifier.bias"] : []); // what all choices gain changes nothing
    }

    [Test]
    public void Choices_StandSideBySide()
    {
        using var device = Device.Open();
        var examples = BuiltInChoices.Create();
        using var task = new BertExampleTask(
            device, BertTuningSetup.Origin(examples), examples, new() { Problem = TextProblem.Choice }, new() { Batch = 4 });
        var batch = task.Batches.NewBatch();
        task.Batches.Read(0, 0, batch);
        using var graph = device.BeginGraph(isTraining: false);
        var scores = task.Model.Logits(graph, BertBatch.Input(graph, batch)).ToArray(); // [B * choices]
        var expected = scores.Chunk(3).Zip(batch[BertBatch.Targets].Ints.ToArray()).Average(row => row.First.AsSpan().CrossEntropy(row.Second));
        Assert.Multiple(() =>
        {
            Assert.That(batch[BertBatch.Ids].Shape[0], Is.EqualTo(12));
            Assert.That(task.Loss(graph, batch).Item(), Is.EqualTo(expected).Within(1e-5));
        });
    }

    [Test]
    public void Padding_ChangesNothing([Values(TextProblem.Label, TextProblem.Choice)] TextProblem problem)
    {
        using var device = Device.Open();
        var examples = Examples(problem, null);
        using var task = new BertExampleTask(device, BertTuningSetup.Origin(examples), examples, new() { Problem = problem }, new() { Batch = 16 });
        var classifier = new BertClassifier(device, task.Model, BertTuningSetup.Origin(examples).Encoder, BertTuningSetup.MaxLength);
        var texts = classifier.Encode(examples.Dev[0].Texts);
        var longer = classifier.Encode([.. examples.Dev[0].Texts.Select(text => $"{text} {text}")]);
        Assert.That(classifier.Outputs([texts, longer])[0], Is.EqualTo(classifier.Outputs([texts])[0]).Within(1e-6));
    }

    [Test]
    public void Evaluation_OfARunIsThatOfTheTraining()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var examples = BuiltInEntailment.Create();
        var trained = Train(device, folder.File("run"), TextProblem.Label, "mnli", examples, TrainingGoal.Last, steps: 20).Evaluation!;
        var rows = examples.Dev.Select(example => $"{example.Texts[0]}\t{example.Texts[1]}\t{example.Answer}\n");
        var data = folder.Write("dev.tsv", $"sentence1\tsentence2\tgold_label\n{string.Concat(rows)}");
        var other = folder.Write("other.tsv", "sentence1\tsentence2\tgold_label\na\tb\tperhaps\n");
        var measured = TrainedModels.Evaluate(device, new(folder.File("run")), data);
        Assert.Multiple(() =>
        {
            Assert.That(measured.Loss, Is.EqualTo(trained.Loss).Within(1e-5));
            Assert.That(measured.Metrics["accuracy"], Is.EqualTo(trained.Metrics["accuracy"]));
            Assert.That(measured.Metrics.Keys, Does.Contain("matthews"));
            Assert.That(measured.ByClass.Keys, Does.Contain("f1_neutral"));
            Assert.That(
                () => TrainedModels.Evaluate(device, new(folder.File("run")), other),
                Throws.TypeOf<DataException>().With.Message.Contains("other.tsv").And.Message.Contains("'perhaps'"));
        });
    }

    [Test]
    public void HubsFolder_WithoutARecipeDoes()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var examples = Examples(TextProblem.Label, null);
        var origin = BertTuningSetup.Origin(examples);
        using (var model = new BertModel<ClassificationHead>(device, origin.Config with { LabelOfId = null }, seed: 3))
            BertFiles.Save(model, new(folder.Path));
        origin.Encoder.Save(folder.Path);
        var data = folder.Write("data.tsv", "text\tlabel\nthe film is fine\t1\nthe film is dull\tlabel_0\n");
        using var classifier = TrainedModels.LoadClassifier(device, new(folder.Path));
        Assert.Multiple(() =>
        {
            Assert.That(classifier.Labels, Is.EqualTo(new[] { "LABEL_0", "LABEL_1" }));
            Assert.That(classifier.Classify(["the film", "a pair\tof texts", ""]), Has.Count.EqualTo(3));
            Assert.That(classifier.Classify([string.Concat(Enumerable.Repeat("film ", 1000))]), Has.Count.EqualTo(1), "cut");
            Assert.That(() => classifier.Classify(["a\tb\tc"]), Throws.TypeOf<DataException>().With.Message.Contains("3 texts"));
            Assert.That(TrainedModels.Evaluate(device, new(folder.Path), data).Examples, Is.EqualTo(2));
            Assert.That(() => TrainedModels.LoadTagger(device, new(folder.Path)), Throws.TypeOf<DataException>());
        });
    }

    // Of opinions: labels, sets of labels, or numbers.
    private static TextExamples Examples(TextProblem problem, string? task)
    {
        var examples = new ExampleForm(problem == TextProblem.Choice ? problem : TextProblem.Label, task).Read(null);
        return examples with { Train = Answered(examples.Train), Dev = Answered(examples.Dev) };

        TextExample[] Answered(IReadOnlyList<TextExample> examples) =>
            [.. examples.Select(example => example with { Answer = Answer(example) })];

        string Answer(TextExample example) => problem switch
        {
            TextProblem.Number => example.Answer == "positive" ? "1.5" : "-1",
            TextProblem.Labels => string.Join('|', new[] { example.Answer, "film" }.Where(label =>
                label == "positive" || example.Texts[0].Contains(label, StringComparison.Ordinal))),
            _ => example.Answer,
        };
    }

    private static TrainingResult Train(
        Device device, string folder, TextProblem problem, string? glue, TextExamples examples, string metric, int steps)
    {
        var run = new BertExampleRun { Problem = problem, Task = glue == "mnli" ? null : glue };
        var options = BertTuningSetup.Options(steps, metric);
        using var task = new BertExampleTask(device, BertTuningSetup.Origin(examples), examples, run, options);
        return BertTuningSetup.Train(task, options, run, folder);
    }
}
