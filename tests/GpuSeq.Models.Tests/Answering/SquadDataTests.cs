using System.IO.Compression;
using System.Text;

namespace GpuSeq.Models.Tests.Answering;

/// <summary>SQuAD's files, whole and broken.</summary>
public sealed class SquadDataTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void File_IsReadWithPlacesInUtf16Units()
    {
        var path = Write("v1.json", "\U0001F600 in Paris , France", """{"id": "q", "question": "where ?", "answers": [{"text": " Paris", "answer_start": 4}]}""");
        var example = SquadData.Read(path).Train.Single();
        Assert.Multiple(() =>
        {
            Assert.That(example.Id, Is.EqualTo("q"));
            Assert.That(example.Question, Is.EqualTo("where ?"));
            Assert.That(example.Answers.Single(), Is.EqualTo(new SquadAnswer("Paris", 6)), "two units for the first character; without the blank");
            Assert.That(example.Context[6..example.Answers[0].End], Is.EqualTo("Paris"));
        });
    }

    [Test]
    public void Version2_HasQuestionsWithoutAnswers()
    {
        var path = Write(
            "v2.json", "a text", """{"id": "1", "question": "?", "answers": [], "plausible_answers": [{"text": "a", "answer_start": 0}], "is_impossible": true}""",
            """{"id": "2", "question": "?", "answers": [{"text": "text", "answer_start": 2}], "is_impossible": false}""");
        var data = SquadData.Read(path);
        Assert.Multiple(() =>
        {
            Assert.That(data.Train.Select(example => example.Answers.Count), Is.EqualTo(new[] { 0, 1 }));
            Assert.That(data.HasUnanswerable, Is.True);
        });
    }

    [Test]
    public void PackedFile_IsReadAsItIs()
    {
        var plain = Write("v1.json", "a text", Question("text", 2));
        using (var packed = new GZipStream(File.Create(_folder.File("v1.json.gz")), CompressionLevel.Optimal))
            packed.Write(File.ReadAllBytes(plain));
        _folder.Write("other.json.gz", "not packed");
        Assert.Multiple(() =>
        {
            Assert.That(SquadData.Read(_folder.File("v1.json.gz")).Train.Single().Answers, Is.EqualTo(SquadData.Read(plain).Train.Single().Answers));
            Assert.That(() => SquadData.Read(_folder.File("other.json.gz")), Throws.TypeOf<DataException>().With.Message.Contains("packed"));
        });
    }

    [TestCase("""{"id": "q1", "question": "?", "answers": [{"text": "text", "answer_start": 3}]}""", "'text' to question 'q1' does not stand at 3")]
    [TestCase("""{"id": "q1", "question": "?", "answers": [{"text": "text", "answer_start": 99}]}""", "does not stand at 99")]
    [TestCase("""{"id": "q1", "question": "?", "answers": [{"text": "text", "answer_start": -1}]}""", "does not stand at -1")]
    [TestCase("""{"id": "q1", "question": "?", "answers": [{"text": " ", "answer_start": 1}]}""", "is empty")]
    [TestCase("""{"id": "q1", "question": "?", "answers": [{"text": "text"}]}""", "no text or no answer_start")]
    [TestCase("""{"id": "q1", "answers": []}""", "'q1' has no text")]
    [TestCase("""{"question": "?", "answers": []}""", "has no id")]
    [TestCase("null", "has no id")]
    [TestCase("""{"id": "q1", "question": "?", "answers": [], "is_impossible": false}""", "possible, but has no answers")]
    [TestCase("""{"id": "q1", "question": "?", "answers": [{"text": "a", "answer_start": 0}], "is_impossible": true}""", "impossible, but has answers")]
    public void Fault_IsToldWithFileArticleAndParagraph(string question, string reason)
    {
        var path = Write("broken.json", "a text", question);
        Assert.That(() => SquadData.Read(path), Throws.TypeOf<DataException>()
            .With.Message.Contains("broken.json, article 'Title', paragraph 1").And.Message.Contains(reason));
    }

    [TestCase("{\"data\": [\n{]}", "line 2")]
    [TestCase("{\"version\": \"1.1\"}", "no 'data'")]
    [TestCase("{\"data\": [null, {\"paragraphs\": []}]}", "no questions")]
    [TestCase("{\"data\": [{\"paragraphs\": [{\"qas\": []}]}]}", "article 1, paragraph 1: it has no context")]
    [TestCase("[]", "line 1")]
    public void OtherFile_IsRefused(string text, string reason) => Assert.That(
        () => SquadData.Read(_folder.Write("other.json", text)), Throws.TypeOf<DataException>().With.Message.Contains("other.json").And.Message.Contains(reason));

    [Test]
    public void Folder_GivesTheDevFileOfTheSameName()
    {
        Write("train-small-v1.1.json", "a text", Question("text", 2));
        Write("dev-v2.0.json", "other", Question("other", 0));
        Write("dev-small-v1.1.json", "of this", Question("this", 3));
        var data = SquadData.Read(_folder.Path);
        Write("train-v2.0.json", "a text", Question("text", 2));
        Assert.Multiple(() =>
        {
            Assert.That(data.Dev.Single().Context, Is.EqualTo("of this"));
            Assert.That(data.Measured, Is.SameAs(data.Dev));
            Assert.That(
                () => SquadData.Read(_folder.Path),
                Throws.TypeOf<DataException>().With.Message.Contains("train-small-v1.1.json, train-v2.0.json"));
        });
    }

    [Test]
    public void HeldBackPart_HasContextsOfItsOwn()
    {
        SquadExample[] examples = [.. Enumerable.Range(0, 60).Select(i => new SquadExample($"{i}", "?", $"context {i / 3}", []))];
        var data = new SquadData("here", examples, []).WithDev(seed: 1);
        Assert.Multiple(() =>
        {
            Assert.That(data.Dev, Has.Count.EqualTo(6));
            Assert.That(data.Train, Has.Count.EqualTo(54));
            Assert.That(data.Train.Select(example => example.Context), Has.None.AnyOf([.. data.Dev.Select(example => example.Context)]));
            Assert.That(() => new SquadData("here", examples[..9], []).WithDev(1), Throws.TypeOf<DataException>());
        });
    }

    [Test]
    public void BuiltInQuestions_HaveTheirAnswersInPlace()
    {
        var data = SquadData.Read(null);
        var all = data.Train.Concat(data.Dev).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(all.SelectMany(example => example.Answers.Select(answer => example.Context[answer.Start..answer.End] == answer.Text)), Has.All.True);
            Assert.That(all.Average(example => example.Answers.Count == 0 ? 1 : 0), Is.EqualTo(0.2));
            Assert.That(data.Dev, Has.Count.EqualTo(300));
        });
    }

    private static string Question(string text, int start) =>
        $$"""{"id": "1", "question": "?", "answers": [{"text": "{{text}}", "answer_start": {{start}}}]}""";

    private string Write(string name, string context, params string[] questions) => _folder.Write(name, new StringBuilder()
        .Append("{\"version\": \"1.1\", \"data\": [{\"title\": \"Title\", \"paragraphs\": [{\"context\": \"").Append(context)
        .Append("\", \"qas\": [").AppendJoin(", ", questions).Append("]}]}]}").ToString());
}
