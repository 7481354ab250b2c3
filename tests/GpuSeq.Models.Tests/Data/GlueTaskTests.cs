namespace GpuSeq.Models.Tests.Data;

/// <summary>The tasks of GLUE, in files as its own are.</summary>
public sealed class GlueTaskTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("cola", "gj04\t1\t\tOur friends \"won't\" buy.\ngj04\t0\t*\tThey it.\n", "Our friends \"won't\" buy.: acceptable", "They it.: unacceptable")]
    [TestCase("sst-2", "sentence\tlabel\nhide new secretions \t0\nfine \t1\n", "hide new secretions: negative", "fine: positive")]
    [TestCase(
        "mrpc", "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t70\t80\t\"Amrozi said.\"\tHe said.\n0\t1\t2\ta\tb\n",
        "\"Amrozi said.\"|He said.: equivalent", "a|b: not_equivalent")]
    [TestCase(
        "qqp", "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n0\t1\t2\tHow?\tWhy?\t0\n3\t4\t5\ta line that breaks\n1\t3\t4\ta\tb\t1\n",
        "How?|Why?: not_duplicate", "a|b: duplicate")]
    [TestCase("qnli", "index\tquestion\tsentence\tlabel\n0\tWhen?\tIn 1066.\tentailment\n", "When?|In 1066.: entailment")]
    [TestCase("rte", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tnot_entailment\n", "a|b: not_entailment")]
    [TestCase(
        "sts-b",
        "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n0\tm\tM\t2012\t1\tnone\tnone\tA plane.\tAn air plane.\t5.000\n",
        "A plane.|An air plane.: 5.000")]
    [TestCase(
        "mnli",
        "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\tsentence1\tsentence2\tlabel1\t"
            + "gold_label\n0\t3\t3n\tgov\t( a )\t( b )\t(S a)\t(S b)\ta\tb\tneutral\tneutral\n",
        "a|b: neutral")]
    public void Files_AreReadAsPublished(string name, string content, params string[] expected)
    {
        _folder.Write("train.tsv", content);
        Assert.That(Plain(GlueTask.Find(name)!.Read(_folder.Path).Train), Is.EqualTo(expected));
    }

    [Test]
    public void Mnli_HasTwoFilesToChooseBy()
    {
        const string Columns = "sentence1\tsentence2\tlabel1\tgold_label\n";
        _folder.Write("train.tsv", $"{Columns}a\tb\tneutral\tneutral\n");
        _folder.Write("dev_matched.tsv", $"{Columns}c\td\tneutral\tentailment\n");
        _folder.Write("dev_mismatched.tsv", $"{Columns}e\tf\tneutral\tcontradiction\n");
        _folder.Write("test_matched.tsv", "index\tsentence1\n");
        Assert.Multiple(() =>
        {
            Assert.That(Plain(GlueTask.Find("mnli")!.Read(_folder.Path).Dev), Is.EqualTo(new[] { "c|d: entailment" }));
            Assert.That(Plain(GlueTask.Find("MNLI-mm")!.Read(_folder.Path).Dev), Is.EqualTo(new[] { "e|f: contradiction" }));
            Assert.That(Plain(GlueTask.Find("mnli")!.Read(_folder.File("dev_mismatched.tsv")).Measured), Is.EqualTo(new[] { "e|f: contradiction" }));
        });
    }

    [TestCase("cola", "x\t1\t\ta\nx\t1\ta\n", "line 2 has 3 cells where there are 4 columns (source, label, mark, sentence)")]
    [TestCase("cola", "x\t2\t\ta\n", "line 1 has the label '2', which is none of 0, 1")]
    [TestCase("cola", "", "there are no rows")]
    [TestCase("rte", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tyes\n", "line 2 has the label 'yes', which is none of entailment, not_entailment")]
    [TestCase("rte", "index\tsentence1\tsentence2\n0\ta\tb\n", "line 1 names no column of answers (label), but: index, sentence1, sentence2")]
    [TestCase("rte", "index\tsentence1\tsentence2\tlabel\n0\ta\t\tentailment\n", "line 2 has nothing in column 'sentence2'")]
    public void BrokenFile_IsNamedWithTheLine(string name, string content, string reason)
    {
        var file = _folder.Write("train.tsv", content);
        Assert.That(
            () => GlueTask.Find(name)!.Read(file), Throws.TypeOf<DataException>().With.Message.Contains("train.tsv: ").And.Message.Contains(reason));
    }

    [Test]
    public void Folder_WithoutItsFilesIsRefused()
    {
        _folder.Write("a.tsv", "x");
        _folder.Write("b.tsv", "x");
        Assert.That(() => GlueTask.Find("rte")!.Read(_folder.Path), Throws.TypeOf<DataException>().With.Message.Contains("named train or dev"));
    }

    [Test]
    public void Form_TellsPairsByTheirColumns()
    {
        var (pairs, texts) = (_folder.Write("p.tsv", "sentence1\tsentence2\tlabel\na\tb\tx\n"), _folder.Write("t.tsv", "text\tlabel\na\tx\n"));
        var sets = _folder.Write("s.csv", "text,labels\na,\"x, y\"\nb,\nc,z|x\n");
        var many = new ExampleForm(TextProblem.Labels).Read(sets);
        Assert.Multiple(() =>
        {
            Assert.That(Plain(new ExampleForm(TextProblem.Label).Read(pairs).Train), Is.EqualTo(new[] { "a|b: x" }));
            Assert.That(Plain(new ExampleForm(TextProblem.Label).Read(texts).Train), Is.EqualTo(new[] { "a: x" }));
            Assert.That(Plain(many.Train), Is.EqualTo(new[] { "a: x, y", "b: ", "c: z|x" }));
            Assert.That(new ExampleForm(TextProblem.Labels).LabelsOf(many), Is.EqualTo(new[] { "x", "y", "z" }));
            Assert.That(new ExampleForm(TextProblem.Label, "mrpc").LabelsOf(many), Is.EqualTo(new[] { "not_equivalent", "equivalent" }));
            Assert.That(() => new ExampleForm(TextProblem.Label, "rte").Read(null), Throws.TypeOf<DataException>().With.Message.Contains("--data is needed"));
        });
    }

    private static string[] Plain(IReadOnlyList<TextExample> examples) =>
        [.. examples.Select(example => $"{string.Join('|', example.Texts)}: {example.Answer}")];
}
