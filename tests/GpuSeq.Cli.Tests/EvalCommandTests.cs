using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary><c>gpuseq eval</c> and data that is held against a run.</summary>
public sealed class EvalCommandTests : FolderTests
{
    private const string Xor = "a,b,a_xor_b\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n";

    [Test]
    public void Eval_MeasuresOtherData()
    {
        var run = TrainXor();
        var right = Eval(run, Write("xor.csv", Xor));
        var wrong = Eval(run, Write("and.csv", "a,b,a_xor_b\n0,0,0\n0,1,0\n1,0,0\n1,1,1\n1,1,0\n"));
        var table = CommandTests.Run("eval", run, "--data", InFolder("xor.csv"));
        Assert.Multiple(() =>
        {
            Assert.That(right.GetProperty("metrics").GetProperty("accuracy").GetDouble(), Is.EqualTo(1));
            Assert.That(right.GetProperty("examples").GetInt32(), Is.EqualTo(4));
            Assert.That(right.GetProperty("loss").GetDouble(), Is.LessThan(0.05));
            Assert.That(right.GetProperty("seconds").GetDouble(), Is.Positive);
            Assert.That(wrong.GetProperty("metrics").GetProperty("accuracy").GetDouble(), Is.EqualTo(0.4));
            Assert.That(table.Out, Does.Contain("accuracy  1.0000"));
        });
    }

    [Test]
    public void Eval_SaysWhatDoesNotFit()
    {
        var run = TrainXor();
        var (columns, classes) = (Write("columns.csv", "a,c,a_xor_b\n0,0,0\n"), Write("classes.csv", "a,b,a_xor_b\n0,0,maybe\n"));
        var other = Path.GetDirectoryName(Write("other/config.json", """{"model_type": "abacus"}"""))!;
        Assert.Multiple(() =>
        {
            Assert.That(Failure(run, columns), Does.Contain("a, c").And.Contain("a, b"));
            Assert.That(Failure(run, classes), Does.Contain("'maybe'"));
            Assert.That(Failure(run, InFolder("nowhere.csv")), Does.Contain("nowhere.csv: there is no such file"));
            Assert.That(Failure(other, columns), Does.Contain("'abacus'"));
            Assert.That(Failure(InFolder("nothing"), columns), Does.Contain("config.json: there is no such file"));
        });
    }

    [Test]
    public void Validation_IsMeasuredInsteadOfAPart()
    {
        var text = string.Concat(Enumerable.Repeat("the sea is wide and the ship is small\n", 40));
        var (train, held) = (Write("train.txt", text), Write("held.txt", text[..600]));
        var (table, few) = (Write("xor.csv", Xor), Write("few.csv", "a,b,a_xor_b\n0,1,1\n1,1,0\n"));
        Run("char-rnn", "chars", train, held, "--hidden", "16", "--batch", "4", "--seq-length", "16");
        Run("mlp", "table", table, few);
        var chars = Eval(InFolder("chars"), held);
        Assert.Multiple(() =>
        {
            Assert.That(chars.GetProperty("examples").GetInt32(), Is.EqualTo(576), "nine windows of 64");
            Assert.That(File.ReadAllText(InFolder("chars/recipe.json")), Does.Contain(held));
            Assert.That(File.ReadAllText(InFolder("table/recipe.json")), Does.Contain(few));
        });

        void Run(string recipe, string run, string data, string validation, params string[] more)
        {
            var (exit, _, error) = CommandTests.Run(
                ["train", recipe, "--data", data, "--validation", validation, "--max-steps", "3", "--out", InFolder(run), .. more]);
            Assert.That(exit, Is.Zero, error);
        }
    }

    private string TrainXor()
    {
        var run = InFolder("run");
        var (exit, _, error) = CommandTests.Run("train", "mlp", "--max-steps", "600", "--out", run);
        Assert.That(exit, Is.Zero, error);
        return run;
    }

    private static JsonElement Eval(string run, string data)
    {
        var (exit, output, error) = CommandTests.Run("eval", run, "--data", data, "--json");
        Assert.That(exit, Is.Zero, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static string Failure(string run, string data)
    {
        var (exit, _, error) = CommandTests.Run("eval", run, "--data", data);
        Assert.That(exit, Is.EqualTo(ExitCode.Failure));
        return error;
    }
}
