using System.Text.Json;
using GpuSeq.Engine;
using GpuSeq.Models;
using static GpuSeq.Cli.Tests.CommandTests;

namespace GpuSeq.Cli.Tests;

/// <summary>A model of BERT's family as people and programs use it: answers, vectors, attention.</summary>
public sealed class BertUseCommandTests : FolderTests
{
    private const string Context = "vera lives in the red mill . vera keeps some hens .";

    private string Model => InFolder("model");

    [SetUp]
    public void WriteModel()
    {
        Directory.CreateDirectory(Model);
        using var device = Device.Open();
        var encoder = TextEncoder.Of(WordPiece.Train(Enumerable.Repeat($"{Context} where does vera live ?", 2), 150));
        var config = new BertConfig { VocabSize = encoder.Tokenizer.Count, Width = 16, Layers = 2, Heads = 2, Inner = 24, Positions = 64 };
        using var model = new BertModel<AnswerHead>(device, config, seed: 1);
        BertFiles.Save(model, new(Model));
        encoder.Save(Model);
    }

    [Test]
    public void Answer_IsAPlaceInTheContext()
    {
        var (exit, output, error) = Run("answer", Model, "where does vera live ?", "what does she keep ?", "--context", Context, "--json");
        var file = Run("answer", Model, "where does vera live ?", "--context", Write("context.txt", Context), "--json").Out;
        var table = Run("answer", Model, "where does vera live ?", "--context", Context, "--n-best", "3").Out.TrimEnd().Split('\n');
        var none = Run("answer", Model, "where does vera live ?", "--context", Context, "--threshold", "-1000").Out;
        var answers = JsonDocument.Parse(output).RootElement;
        var (start, end) = (answers[0].GetProperty("start").GetInt32(), answers[0].GetProperty("end").GetInt32());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(answers.GetArrayLength(), Is.EqualTo(2));
            Assert.That(Context[start..end], Is.EqualTo(answers[0].GetProperty("answer").GetString()).And.Not.Empty);
            Assert.That(answers[0].GetProperty("score").GetDouble(), Is.InRange(0.05, 1));
            Assert.That(JsonDocument.Parse(file).RootElement[0].GetProperty("start").GetInt32(), Is.EqualTo(start));
            Assert.That(table, Has.Length.EqualTo(4));
            Assert.That(table[0], Does.StartWith("ANSWER").And.EndWith("QUESTION"));
            Assert.That(none, Does.Contain("(no answer)"));
        }
    }

    [Test]
    public void Questions_ComeFromAPipe()
    {
        string[] lines = [$$"""{"question": "who ?", "context": "{{Context}}"}""", """{"question": "where ?", "context": "in the mill", "id": 3}"""];
        var (objects, broken) = (Piped($"{string.Join('\n', lines)}\n", "answer", Model, "--json"), Piped("who ?\n", "answer", Model));
        var texts = Piped("who ?\nwhere ?\n", "answer", Model, "--context", Context, "--json");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(objects.Exit, Is.Zero, objects.Err);
            Assert.That(JsonDocument.Parse(objects.Out).RootElement[1].GetProperty("question").GetString(), Is.EqualTo("where ?"));
            Assert.That(JsonDocument.Parse(texts.Out).RootElement.GetArrayLength(), Is.EqualTo(2));
            Assert.That(broken.Exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(broken.Err.Trim(), Does.StartWith("gpuseq: the standard input: text 1 is not an object").And.Not.Contain("\n"));
            Assert.That(Piped("{\"question\": \"who ?\"}\n", "answer", Model).Err, Does.Contain("text 1 has no question or no context"));
        }
    }

    [Test]
    public void Embed_WritesALineOfNumbersForEachText()
    {
        var (exit, output, error) = Run("embed", Model, "vera", "the red mill", "--pooling", "cls", "--normalize");
        var json = JsonDocument.Parse(Run("embed", Model, "vera", "--json").Out).RootElement;
        var lines = output.TrimEnd().Split('\n').Select(line => line.Split('\t').Select(float.Parse).ToArray()).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(lines.Select(line => line.Length), Is.EqualTo(new[] { 16, 16 }));
            Assert.That(lines[0].Sum(value => value * value), Is.EqualTo(1).Within(1e-5));
            Assert.That(json[0].GetProperty("text").GetString(), Is.EqualTo("vera"));
            Assert.That(json[0].GetProperty("embedding").GetArrayLength(), Is.EqualTo(16));
        }
    }

    [Test]
    public void Similar_RanksTheLinesOfAFile()
    {
        var file = Write("lines.txt", "the red mill\n\nsome hens\nvera lives\n");
        var (exit, output, error) = Run("similar", Model, "some hens", "--sentences", file, "--count", "2");
        var lines = output.TrimEnd().Split('\n');
        var json = JsonDocument.Parse(Run("similar", Model, "some hens", "--sentences", file, "--json").Out).RootElement;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(lines, Has.Length.EqualTo(3));
            Assert.That(lines[1], Does.Match("^some hens +some hens +1\\.000$"));
            Assert.That(json[0].GetProperty("neighbors").GetArrayLength(), Is.EqualTo(3));
            Assert.That(json[0].GetProperty("neighbors")[0].GetProperty("text").GetString(), Is.EqualTo("some hens"));
            Assert.That(Run("similar", Model, "some hens", "--sentences", Write("empty.txt", "\n")).Err, Does.Contain("empty.txt: there are no lines"));
        }
    }

    [Test]
    public void Attention_IsDrawnAsASheetOrAHead()
    {
        var (sheet, head, page) = (InFolder("sheet.svg"), InFolder("head.svg"), InFolder("page.html"));
        int[] exits =
        [
            Run("attention", Model, "vera lives", "--out", sheet).Exit,
            Run("attention", Model, "vera lives", "in the mill", "--layer", "2", "--head", "1", "--out", head).Exit,
            Run("attention", Model, "vera <lives>", "--layer", "1", "--head", "2", "--out", page).Exit,
        ];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exits, Has.All.Zero);
            Assert.That(File.ReadAllText(sheet), Does.Contain("Where each head looks"));
            Assert.That(File.ReadAllText(head), Does.Contain("Where head 1 of layer 2 looks").And.Contain("[SEP]"));
            Assert.That(File.ReadAllText(page), Does.Contain("Where each head looks").And.Contain("head 2 of layer 1").And.Contain("vera &lt;lives&gt;"));
        }
    }

    [TestCase("answer", "where ?")]
    [TestCase("answer", "where ?", "--context", "here", "--n-best", "21")]
    [TestCase("embed", "text", "--pooling", "sum")]
    [TestCase("attention", "text")]
    [TestCase("attention", "text", "--out", "picture.png")]
    [TestCase("attention", "text", "--layer", "1", "--out", "picture.svg")]
    [TestCase("attention", "text", "--layer", "3", "--head", "1", "--out", "picture.svg")]
    public void WrongCall_IsToldWithTheHelp(string command, params string[] others)
    {
        var (exit, _, error) = Run([command, Model, .. others]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(error, Does.StartWith("gpuseq: "));
        }
    }

    [Test]
    public void BertAnswer_IsTrainedResumedAndMeasured()
    {
        var (run, data) = (InFolder("run"), Write("dev.json", $$$"""
            {"data": [{"paragraphs": [{"context": "{{{Context}}}", "qas": [
                {"id": "1", "question": "where does vera live ?", "answers": [{"text": "the red mill", "answer_start": 14}]},
                {"id": "2", "question": "who is that ?", "answers": [], "is_impossible": true}]}]}]}
            """));
        var trained = Run("train", "bert-answer", "--model", Model, "--out", run, "--max-steps", "2", "--batch", "4", "--max-length", "64");
        var resumed = Run("train", "bert-answer", "--out", run, "--resume", "--max-steps", "3", "--json");
        var measured = Run("eval", run, "--data", data, "--json");
        var said = Run("answer", run, "where does vera live ?", "--context", Context);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trained.Exit, Is.Zero, trained.Err);
            Assert.That(resumed.Exit, Is.Zero, resumed.Err);
            Assert.That(JsonDocument.Parse(resumed.Out).RootElement.GetProperty("steps").GetInt32(), Is.EqualTo(3));
            Assert.That(measured.Exit, Is.Zero, measured.Err);
            Assert.That(
                JsonDocument.Parse(measured.Out).RootElement.GetProperty("metrics").EnumerateObject().Select(metric => metric.Name),
                Is.SupersetOf(new[] { "exact_match", "f1", "has_answer_f1", "no_answer_f1", "best_f1", "best_f1_threshold" }));
            Assert.That(said.Exit, Is.Zero, said.Err);
            Assert.That(File.ReadAllText(Path.Combine(run, "recipe.json")), Does.Contain("null_threshold"));
        }
    }

    [Test]
    public void WordSenses_AreCompared()
    {
        var run = InFolder("senses");
        var (exit, output, error) = Run("train", "word-senses", "--out", run, "--max-steps", "3");
        var given = Run(
            "train", "word-senses", "--out", InFolder("again"), "--model", Path.Combine(run, "bert"), "--vectors", Path.Combine(run, "word2vec"),
            "--layer", "1", "--json");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.Zero, error);
            Assert.That(output.Split('\n').Count(line => line.StartsWith("bank", StringComparison.Ordinal)), Is.EqualTo(2));
            Assert.That(given.Exit, Is.Zero, given.Err);
            Assert.That(JsonDocument.Parse(given.Out).RootElement.GetProperty("words").GetArrayLength(), Is.EqualTo(6));
            Assert.That(Directory.Exists(Path.Combine(InFolder("again"), "bert")), Is.False, "nothing is trained");
            Assert.That(File.Exists(Path.Combine(run, "report.html")), Is.True);
        }
    }

    private static (int Exit, string Out, string Err) Piped(string text, params string[] args)
    {
        var input = Console.In;
        try
        {
            Console.SetIn(new StringReader(text));
            return Run(args);
        }
        finally
        {
            Console.SetIn(input);
        }
    }
}
