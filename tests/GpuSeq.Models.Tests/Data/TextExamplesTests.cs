namespace GpuSeq.Models.Tests.Data;

/// <summary>Pairs of texts, and contexts with choices, as files have them.</summary>
public sealed class TextExamplesTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Pairs_AreReadByTheNamesOfTheirColumns()
    {
        _folder.Write("train.tsv", "id\tgold_label\tsentence1\tsentence2\r\n1\tyes\tone \"two\"\tthree\r\n2\t-\tx\ty\n3\tno\t\"a \"\"b\"\"\"\tc\n");
        _folder.Write("dev.tsv", "premise\thypothesis\tlabel\nd\te\tyes\n");
        var pairs = GptTuningForm.Entail.Read(_folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(Plain(pairs.Train), Is.EqualTo(new[] { "one \"two\"|three: yes", "a \"b\"|c: no" }), "what is undecided is left out");
            Assert.That(Plain(pairs.Measured), Is.EqualTo(new[] { "d|e: yes" }));
        });
    }

    [Test]
    public void Choices_AreReadFromLinesOrTables([Values] bool isTable)
    {
        var file = isTable
            ? _folder.Write("choices.tsv", "context\tchoice0\tchoice1\tanswer\nit rains\tswim\tgo in\t1\n")
            : _folder.Write("choices.jsonl", """{"context": "it rains", "choices": ["swim", "go in"], "answer": 1}""" + "\n\n");
        Assert.That(Plain(GptTuningForm.Choice.Read(file).Train), Is.EqualTo(new[] { "it rains|swim|go in: 1" }));
    }

    [TestCase(GptTuningForm.Entail, "x.tsv", "sentence1\tsentence2\tgold_label\na\tb\tyes\na\tb\n", "line 3 has 2 cells where line 1 names 3")]
    [TestCase(GptTuningForm.Entail, "x.tsv", "sentence1\tsentence2\tgold_label\na\tb\t \n", "line 2 has nothing in column 'gold_label'")]
    [TestCase(GptTuningForm.Entail, "x.tsv", "sentence1\tgold_label\na\tyes\n", "line 1 names no column of second texts (sentence2, ")]
    [TestCase(GptTuningForm.Similar, "x.tsv", "sentence1\tsentence2\tscore\n", "there are no rows")]
    [TestCase(GptTuningForm.Similar, "x.tsv", "", "there are no rows")]
    [TestCase(GptTuningForm.Choice, "x.tsv", "context\tchoice0\tchoice1\tanswer\na\tb\tc\tx\n", "line 2 has the answer 'x'")]
    [TestCase(GptTuningForm.Choice, "x.jsonl", "{\"context\": \"a\"", "line 1 is not an object")]
    [TestCase(GptTuningForm.Choice, "x.jsonl", "{\"context\": \"a\", \"choices\": [\"b\"], \"answer\": 0}", "line 1 has fewer than two choices")]
    [TestCase(GptTuningForm.Choice, "x.jsonl", "{\"context\": \"a\", \"choices\": [\"b\", \"\"], \"answer\": 0}", "line 1 has a choice that is empty")]
    [TestCase(GptTuningForm.Choice, "x.jsonl", "\n{\"context\": \"a\", \"choices\": [\"b\", \"c\"], \"answer\": 2}", "line 2 has the answer 2, not one from 0 to 1")]
    [TestCase(GptTuningForm.Choice, "x.jsonl", "{\"choices\": [\"b\", \"c\"], \"answer\": 0}", "line 1 has no context")]
    [TestCase(GptTuningForm.Choice, "x.jsonl", "", "there are no examples")]
    public void BrokenFile_IsNamedWithTheLine(GptTuningForm form, string name, string content, string reason)
    {
        var file = _folder.Write(name, content);
        Assert.That(() => form.Read(file), Throws.TypeOf<DataException>().With.Message.Contains($"{name}: ").And.Message.Contains(reason));
    }

    [Test]
    public void Folder_WithoutPartsIsRefused()
    {
        _folder.Write("a.tsv", "x");
        _folder.Write("b.tsv", "x");
        Assert.That(() => GptTuningForm.Entail.Read(_folder.Path), Throws.TypeOf<DataException>().With.Message.Contains("named train or dev"));
    }

    [TestCase(GptTuningForm.Entail, "one text", "it has 1 texts with tabs between them where the model takes 2: a pair")]
    [TestCase(GptTuningForm.Choice, "context\tchoice", "it has 2 texts with tabs between them where the model takes 4: a context and 3 choices")]
    public void Parts_AreCounted(GptTuningForm form, string text, string reason) =>
        Assert.That(() => form.Parts(text, choices: 3), Throws.TypeOf<DataException>().With.Message.Contains(reason));

    private static string[] Plain(IEnumerable<TextExample> examples) =>
        [.. examples.Select(example => $"{string.Join('|', example.Texts)}: {example.Answer}")];
}
