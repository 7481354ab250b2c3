using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Tasks that are put to a language model in words.</summary>
public sealed class PromptTests
{
    private const string Lesson = "sky => blue\ngrass => green\ncoal => black\nsnow => white\n";

    private static readonly string[] Colours = ["blue", "green", "black", "white"];
    private static readonly PromptTemplate Template = new();

    private readonly Device _device = Device.Open();
    private AnswerRanker _ranker = null!;

    [OneTimeSetUp]
    public void Learn()
    {
        var tokenizer = CharTokenizer.Of(Lesson);
        var model = new GptModel(_device, new()
        {
            VocabSize = tokenizer.Count,
            Context = 64,
            Width = 24,
            Layers = 2,
            Heads = 2,
            EmbeddingDropout = 0f,
            ResidualDropout = 0f,
            AttentionDropout = 0f,
        });
        // Beginning with every line, as places have vectors of their own.
        var lines = Lesson.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int[][] rows = [.. lines.Select((_, first) => tokenizer.Encode(string.Join('\n', [.. lines[first..], .. lines[..first], ""])))];
        Shape shape = [rows.Length, Lesson.Length - 1];
        using var optimizer = new Adam(model.Parameters, 1e-2f);
        for (var step = 0; step < 80; step++)
        {
            using var graph = _device.BeginGraph(new RandomStream(1));
            var inputs = graph.Input([.. rows.SelectMany(row => row[..^1])], shape);
            graph.Backward(model.Loss(graph, inputs, graph.Input([.. rows.SelectMany(row => row[1..])], shape)));
            optimizer.Step();
        }
        _ranker = new(_device, model, tokenizer);
    }

    [OneTimeTearDown]
    public void GiveBack()
    {
        _ranker.Dispose();
        _device.Dispose();
    }

    [Test]
    public void Ranking_PrefersWhatWasLearned()
    {
        var ranking = Rank("sky =>", "blue", "black");
        Assert.Multiple(() =>
        {
            Assert.That(ranking.Best, Is.Zero);
            Assert.That(ranking.BestPerToken, Is.Zero);
            Assert.That(ranking.Answers.Select(answer => answer.Tokens), Is.EqualTo(new[] { 5, 6 }), "the blank belongs to the answer");
            Assert.That(ranking.Answers[0].LogLikelihood, Is.InRange(-1.0, 0.0));
            Assert.That(ranking.Answers[1].PerToken, Is.EqualTo(ranking.Answers[1].LogLikelihood / 6));
            Assert.That(ranking.Probability(0) + ranking.Probability(1), Is.EqualTo(1).Within(1e-9));
        });
    }

    [Test]
    public void Answers_AreAsLikelyAloneAsSideBySide()
    {
        var together = Rank("grass => green\nsnow =>", "white", "a", "blackblackblack");
        double[] alone = [.. together.Answers.Select(answer => Rank("grass => green\nsnow =>", answer.Answer).Answers[0].LogLikelihood)];
        Assert.That(together.Answers.Select(answer => answer.LogLikelihood), Is.EqualTo(alone).Within(1e-4));
    }

    [Test]
    public void Prompt_LosesItsBeginningWhereThereIsNoRoom()
    {
        var prompt = $"{Lesson}{Lesson}sky =>";
        var ranking = Rank(prompt, "blue", "white");
        Assert.Multiple(() =>
        {
            Assert.That(ranking.CutTokens, Is.EqualTo(prompt.Length + " white".Length - 1 - 64));
            Assert.That(() => Rank("sky", new string('a', 80)), Throws.TypeOf<DataException>().With.Message.Contains("longer than the context"));
            Assert.That(() => Rank("", "blue"), Throws.TypeOf<DataException>().With.Message.Contains("empty"));
        });
    }

    [Test]
    public void Template_HasTheDescriptionTheExamplesAndTheText()
    {
        var template = new PromptTemplate { Task = "Colours:", Example = "Q: {text}\nA: {answer}." };
        Assert.Multiple(() =>
        {
            Assert.That(template.Prompt([new("sky", "blue")], "dark\n coal"), Is.EqualTo("Colours:\nQ: sky\nA: blue.\nQ: dark coal\nA:"));
            Assert.That(template.Continuation("black"), Is.EqualTo(" black"));
            Assert.That(template.Fault, Is.Null);
            Assert.That(new PromptTemplate { Example = "{answer} {text}" }.Fault, Does.Contain("{text} and then {answer}"));
        });
    }

    [Test]
    public void Study_ShowsOtherExamplesAndCounts()
    {
        LabelledText[] lesson = [.. Lesson.TrimEnd().Split('\n').Select(line => line.Split(" => ")).Select(pair => new LabelledText(pair[0], pair[1]))];
        var study = new PromptStudy(_ranker, Template, Colours, lesson, seed: 4);
        var three = study.Prompt("coal", place: 2, shots: 3);
        var measure = study.Measure(lesson, shots: 0, "the lesson");
        var none = study.Measure([.. lesson.Select(text => text with { Label = text.Label == "blue" ? "green" : "blue" })], 0, "the lesson");
        Assert.Multiple(() =>
        {
            Assert.That(three.Split('\n'), Has.Length.EqualTo(4).And.Exactly(1).StartsWith("coal").And.Exactly(1).EqualTo("sky => blue"));
            Assert.That(three, Does.StartWith(study.Prompt("coal", 2, 1).Split('\n')[0]).And.EndsWith("\ncoal =>"));
            Assert.That(study.Prompt("coal", 0, 0), Is.EqualTo("coal =>"));
            Assert.That(measure.Accuracy, Is.EqualTo(1));
            Assert.That(measure.Examples, Is.EqualTo(4));
            Assert.That(none.Accuracy, Is.Zero);
            Assert.That(() => study.Prompt("coal", 0, 4), Throws.TypeOf<DataException>().With.Message.Contains("too few to show 4"));
            Assert.That(
                () => study.Measure([new("sky", "grey")], 0, "the lesson"), Throws.TypeOf<DataException>().With.Message.Contains("'grey'"));
        });
    }

    private Ranking Rank(string prompt, params string[] answers) =>
        _ranker.Rank(prompt, answers, [.. answers.Select(Template.Continuation)]);
}
