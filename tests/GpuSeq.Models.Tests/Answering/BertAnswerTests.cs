using System.Text.Json;
using GpuSeq.Engine;

namespace GpuSeq.Models.Tests.Answering;

/// <summary>Models of BERT's family that find answers in texts.</summary>
public sealed class BertAnswerTests
{
    private static readonly BertConfig Small = new()
    {
        Width = 32,
        Layers = 2,
        Heads = 2,
        Inner = 64,
        Positions = 64,
        HiddenDropout = 0f,
        AttentionDropout = 0f,
        InitializerRange = 0.1f, // as strong as BERT-Base's at this width
    };

    private static readonly BertAnswerRun Run = new() { MaxLength = 64, MaxQuestionLength = 12, Stride = 16 };

    [Test]
    public void BuiltInQuestions_AreLearnedWithTheThreshold()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var data = SquadData.Read(null);
        var result = Train(device, folder.Path, data, steps: 320);
        using var answerer = TrainedModels.LoadAnswerer(device, new(folder.Path));
        var answered = data.Dev.First(example => example.Answers.Count > 0);
        var said = answerer.Answer([answered], count: 3).Single();
        Assert.Multiple(() =>
        {
            Assert.That(result.Best, Is.GreaterThan(50), "answering nothing gives 20");
            Assert.That(result.Replays, Is.GreaterThan(50), "through the recorded path");
            Assert.That(result.Evaluation!.Metrics["f1"], Is.EqualTo(result.Evaluation.Metrics["best_f1"]).Within(1e-9));
            Assert.That(answerer.Run.NullThreshold, Is.Not.Null.And.Not.Zero, "as the best evaluation chose it");
            Assert.That(said.Answers, Has.Count.EqualTo(3));
            Assert.That(said.Answers.Select(answer => answer.Score), Is.Ordered.Descending);
            Assert.That(answered.Context[said.Answers[0].Start..said.Answers[0].End], Is.EqualTo(said.Answers[0].Text));
            Assert.That(Directory.GetFiles(folder.File("pictures")), Has.Length.EqualTo(1));
            Assert.That(File.ReadAllText(folder.File("samples.jsonl")), Does.Contain("\"expected\""));
        });
    }

    [Test]
    public void ShuffledAnswers_AreNotLearned()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var (data, random) = (SquadData.Read(null), new SplitMix64(1));
        SquadExample[] wrong = [.. data.Train.Select(example => example with { Answers = [WordOf(example.Context, ref random)] })];
        var result = Train(device, folder.Path, data with { Train = wrong }, steps: 150);
        Assert.That(result.Evaluation!.Metrics["f1"], Is.LessThan(35));
    }

    [Test]
    public void Parameters_AllGetGradients([Values(BertConfig.Bert, BertConfig.Roberta, BertConfig.Albert, BertConfig.Electra)] string type)
    {
        using var device = Device.Open();
        using var task = NewTask(device, SquadData.Read(null), Small with { ModelType = type, Positions = 66, NarrowWidth = OfTable(type) });
        Gradients.AreThere(task);
    }

    [Test]
    public void HubFolder_AnswersWithNoOtherStep([Values(BertConfig.Bert, BertConfig.Roberta, BertConfig.Albert, BertConfig.Electra)] string type)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var origin = BertOrigin.New(Small with { ModelType = type, Positions = 66, NarrowWidth = OfTable(type) }, [BuiltInQuestions.Create().Train[0].Context], 200);
        using (var model = new BertModel<AnswerHead>(device, origin.Config, seed: 3))
            BertFiles.Save(model, new(folder.Path));
        origin.Encoder.Save(folder.Path);
        using var answerer = TrainedModels.LoadAnswerer(device, new(folder.Path));
        var story = string.Join(' ', Enumerable.Repeat("vera keeps some hens .", 40));
        var said = answerer.Answer([new("who ?", "vera"), new("what does vera keep ?", story), new("nothing ?", "")]);
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(folder.File("config.json")), Does.Contain("ForQuestionAnswering"));
            Assert.That(said[0].Answers.Single(), Is.EqualTo(new Answer("vera", 0, 4, said[0].Answers[0].Score)));
            Assert.That(story[said[1].Answers[0].Start..said[1].Answers[0].End], Is.EqualTo(said[1].Answers[0].Text).And.Not.Empty);
            Assert.That(said[2].Answers.Single(), Is.EqualTo(new Answer("", 0, 0, 1)), "there is nothing that could be an answer");
        });
    }

    [Test]
    public void Answers_AreTheSameBesideOthers()
    {
        using var device = Device.Open();
        using var task = NewTask(device, SquadData.Read(null), Small);
        using var answerer = new QuestionAnswerer(device, task.Model, task.Encoder, Run);
        var examples = SquadData.Read(null).Dev.Take(40).ToArray();
        var together = answerer.Answer(examples);
        var alone = examples.Select(example => answerer.Answer([example]).Single()).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(together.Select(said => said.Answers[0].Text), Is.EqualTo(alone.Select(said => said.Answers[0].Text)));
            Assert.That(
                together.Select(said => said.NullDifference), Is.EqualTo(alone.Select(said => said.NullDifference)).Within(1e-4));
        });
    }

    [Test]
    public void Threshold_DecidesWhetherThereIsAnAnswer()
    {
        using var device = Device.Open();
        using var task = NewTask(device, SquadData.Read(null), Small);
        using var answerer = new QuestionAnswerer(device, task.Model, task.Encoder, Run);
        var question = SquadData.Read(null).Dev[1];
        var always = answerer.Answer([question], count: 20).Single();
        answerer.Run = Run with { NullThreshold = always.NullDifference - 1e-4 };
        var none = answerer.Answer([question], count: 20).Single();
        answerer.Run = Run with { NullThreshold = always.NullDifference + 1e-4 };
        var second = answerer.Answer([question], count: 20).Single();
        Assert.Multiple(() =>
        {
            Assert.That(always.Answers.Select(answer => answer.Text), Has.None.Empty);
            Assert.That(none.Answers[0].Text, Is.Empty);
            Assert.That(second.Answers[0].Text, Is.EqualTo(always.Answers[0].Text));
            Assert.That(second.Answers[1].Text, Is.Empty, "almost as good");
            Assert.That(none.NullDifference, Is.EqualTo(always.NullDifference).Within(1e-9));
        });
    }

    [Test]
    public void Evaluation_OfARunIsThatOfTheTraining()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var (run, data) = (folder.File("run"), SquadData.Read(null));
        var trained = Train(device, run, data, steps: 20).Evaluation!;
        var questions = data.Dev.Select(example => JsonSerializer.Serialize(
            new
            {
                example.Context,
                Qas = new[]
                {
                    new { example.Id, example.Question, Answers = example.Answers.Select(answer => new { answer.Text, AnswerStart = answer.Start }) },
                },
            }, JsonStyle.Line));
        var path = folder.Write("dev.json", $"{{\"data\": [{{\"paragraphs\": [{string.Join(",\n", questions)}]}}]}}");
        var measured = TrainedModels.Evaluate(device, new(run), path);
        Assert.Multiple(() =>
        {
            Assert.That(measured.Loss, Is.EqualTo(trained.Loss).Within(1e-5));
            Assert.That(measured.Metrics, Is.EqualTo(trained.Metrics));
            Assert.That(measured.Examples, Is.EqualTo(300));
        });
    }

    private static int? OfTable(string type) => type is BertConfig.Albert or BertConfig.Electra ? 16 : null;

    private static SquadAnswer WordOf(string context, ref SplitMix64 random)
    {
        var words = context.Split(' ');
        var place = random.Next(words.Length);
        return new(words[place], words.Take(place).Sum(word => word.Length + 1));
    }

    private static TrainingResult Train(Device device, string folder, SquadData data, int steps)
    {
        var options = new TrainingOptions
        {
            Epochs = 100,
            MaxSteps = steps,
            Batch = 16,
            LearningRate = 2e-3f,
            Beta2 = 0.98,
            Metric = "f1",
        };
        using var task = NewTask(device, data, Small, options);
        using var trainer = new Trainer(task, options, new RunFolder(folder));
        return trainer.Run();
    }

    private static BertAnswerTask NewTask(Device device, SquadData data, BertConfig form, TrainingOptions? options = null)
    {
        var origin = BertOrigin.New(form, data.Train.SelectMany(example => new[] { example.Question, example.Context }), 400);
        return new(device, origin, data, Run, options ?? new() { Batch = 8 });
    }
}
