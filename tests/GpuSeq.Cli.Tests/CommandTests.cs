using System.Diagnostics;
using System.Text.Json;

namespace GpuSeq.Cli.Tests;

/// <summary>The command as people and programs call it.</summary>
public sealed class CommandTests : FolderTests
{
    [Test]
    public void Devices_ListEveryKindAndWhyOneIsMissing()
    {
        var (exit, output, _) = Run("devices");
        var table = output.TrimEnd().Split('\n');
        var json = JsonDocument.Parse(Run("devices", "--json").Out).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero);
            Assert.That(table[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[] { "DEVICE", "NAME", "MEMORY", "STATE" }));
            Assert.That(table[1], Does.StartWith("cpu ").And.EndsWith(" available"));
            Assert.That(table, Has.Length.EqualTo(1 + json.GetArrayLength()));
            Assert.That(json[0].GetProperty("id").GetString(), Is.EqualTo("cpu"));
            Assert.That(json[0].GetProperty("memory_bytes").GetInt64(), Is.Positive);
            Assert.That(json[0].GetProperty("available").GetBoolean(), Is.True);
            var kinds = json.EnumerateArray().Select(device => device.GetProperty("kind").GetString()).Distinct();
            Assert.That(kinds, Is.EqualTo(new[] { "cpu", "opencl", "cuda" }));
            foreach (var (device, line) in json.EnumerateArray().Zip(table.Skip(1)))
            {
                if (device.GetProperty("available").GetBoolean())
                    Assert.That(line, Does.Contain(device.GetProperty("name").GetString()).And.EndsWith(" available"));
                else
                    Assert.That(line, Does.Contain($"not available: {device.GetProperty("reason").GetString()}"));
            }
        });
    }

    [Test]
    public void Run_TrainsShowsAndWrites()
    {
        var run = InFolder("run");
        var trained = Train(run, "--max-steps", "8", "--json");
        var result = JsonDocument.Parse(trained.Out).RootElement;
        var inspected = Run("inspect", run);
        var tensors = JsonDocument.Parse(Run("inspect", Path.Combine(run, "model.safetensors"), "--json").Out).RootElement;
        string[] generate = ["generate", run, "--prompt", "THE ", "--length", "30", "--temperature", "0.5", "--top-k", "5", "--seed", "2"];
        var written = Run(generate);
        var again = JsonDocument.Parse(Run([.. generate, "--json"]).Out);
        Assert.Multiple(() =>
        {
            Assert.That(trained.Exit, Is.Zero, trained.Err);
            Assert.That(result.GetProperty("steps").GetInt32(), Is.EqualTo(8));
            Assert.That(result.GetProperty("loss").GetDouble(), Is.GreaterThan(0).And.LessThan(6));
            Assert.That(inspected.Out, Does.Contain("rnn.weight_hh_l0").And.Contain("[64, 16]").And.Contain("7 tensors"));
            Assert.That(tensors.GetProperty("files")[0].GetProperty("tensors").GetArrayLength(), Is.EqualTo(7));
            Assert.That(written.Out, Does.StartWith("THE ").And.Length.EqualTo(4 + 30 + Environment.NewLine.Length));
            Assert.That(
                written.Out.TrimEnd('\n', '\r'), Is.EqualTo("THE " + again.RootElement.GetProperty("text").GetString()!.TrimEnd('\n')));
        });
    }

    [Test]
    public void Resume_GoesOnAndKeepsWhatTheRunWasBegunWith()
    {
        var (whole, parts) = (InFolder("whole"), InFolder("parts"));
        Train(whole, "--max-steps", "9");
        Train(parts, "--max-steps", "4");
        var changed = Run("train", "char-rnn", "--out", parts, "--resume", "--batch", "3");
        var resumed = Run("train", "char-rnn", "--out", parts, "--resume", "--max-steps", "9");
        Assert.Multiple(() =>
        {
            Assert.That(changed.Exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(changed.Err, Does.Contain("--batch"));
            Assert.That(resumed.Exit, Is.Zero, resumed.Err);
            Assert.That(
                File.ReadAllBytes(Path.Combine(parts, "model.safetensors")),
                Is.EqualTo(File.ReadAllBytes(Path.Combine(whole, "model.safetensors"))));
        });
    }

    [Test]
    public void GradientFlow_TrainsEveryPart_AndResumes()
    {
        var run = InFolder("run");
        string[] begin =
        [
            "train", "gradient-flow", "--out", run, "--cells", "rnn,lstm", "--clipping", "none,value", "--seq-length", "5", "--hidden", "4",
        ];
        var table = Run([.. begin, "--max-steps", "2"]);
        var resumed = Run("train", "gradient-flow", "--out", run, "--resume", "--max-steps", "3", "--json");
        var metrics = JsonDocument.Parse(resumed.Out).RootElement.GetProperty("metrics");
        var log = File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(table.Exit, Is.Zero, table.Err);
            Assert.That(table.Out.Split('\n'), Has.Some.StartsWith("lstm     value "));
            Assert.That(resumed.Exit, Is.Zero, resumed.Err);
            Assert.That(metrics.GetProperty("rnn_none_gradient_factor").GetDouble(), Is.InRange(0.01, 1.5));
            Assert.That(metrics.GetProperty("lstm_value_cell_gradient_factor").GetDouble(), Is.InRange(0.5, 1.5));
            Assert.That(log[^1].GetProperty("step").GetInt32(), Is.EqualTo(3));
            Assert.That(log[^1].GetProperty("split").GetString(), Is.EqualTo("validation"));
            Assert.That(log[^1].GetProperty("lstm_none_gradient_ratio").GetDouble(), Is.Positive);
            Assert.That(File.Exists(Path.Combine(run, "lstm-value", "report.html")));
            Assert.That(Run([.. begin, "--data", "x"]).Exit, Is.EqualTo(ExitCode.WrongCall));
        });
    }

    [Test]
    public void ConfigFile_GivesWhatTheCallLeavesOut()
    {
        var config = InFolder("options.json");
        File.WriteAllText(config, """{"hidden": 8, "embedding": 4, "cell": "gru", "seq-length": 10, "max_steps": 2, "batch": 4}""");
        var run = InFolder("run");
        var trained = Run("train", "char-rnn", "--config", config, "--cell", "rnn", "--out", run);
        var saved = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json"))).RootElement;
        File.WriteAllText(config, """{"hiden": 8}""");
        var wrong = Run("train", "char-rnn", "--config", config, "--out", run);
        Assert.Multiple(() =>
        {
            Assert.That(trained.Exit, Is.Zero, trained.Err);
            Assert.That(saved.GetProperty("hidden_size").GetInt32(), Is.EqualTo(8));
            Assert.That(saved.GetProperty("cell").GetString(), Is.EqualTo("rnn"), "what stands in the call counts");
            Assert.That(wrong.Exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(wrong.Err, Does.Contain("hiden"));
        });
    }

    [TestCase("train", "char-rnn", "--hidden", "0")]
    [TestCase("train", "char-rnn", "--hidden", "many")]
    [TestCase("train", "char-rnn", "--cell", "transformer")]
    [TestCase("train", "char-rnn", "--dropout", "1")]
    [TestCase("train", "char-rnn", "--resume")]
    [TestCase("train", "gradient-flow", "--cells", "rnn,transformer")]
    [TestCase("train", "knitting")]
    [TestCase("train")]
    [TestCase("generate")]
    [TestCase("frobnicate")]
    [TestCase("devices", "--jsn")]
    [TestCase("validate", "--shape", "round")]
    [TestCase("bench", "--filter")]
    [TestCase("kernels")]
    [TestCase("kernels", "show", "SoftmaxGroups.Forward")]
    public void WrongCall_EndsWithTwoAndPointsToTheHelp(params string[] args)
    {
        var (exit, output, error) = Run(args);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.WrongCall));
            Assert.That(error, Does.StartWith("gpuseq: "));
            Assert.That(error, Does.Not.Contain("   at "));
            Assert.That(error.TrimEnd().Split('\n'), Has.All.StartWith("gpuseq: "));
            Assert.That(error, Does.Contain("--help").Or.Contain("--resume"));
            Assert.That(output, Is.Empty);
        });
    }

    [TestCase("inspect", "nowhere.safetensors")]
    [TestCase("inspect", "broken.safetensors")]
    [TestCase("generate", "nowhere")]
    [TestCase("generate", "half")]
    [TestCase("train", "char-rnn", "--data", "nowhere.txt")]
    [TestCase("train", "char-rnn", "--data", "short.txt")]
    [TestCase("train", "char-rnn", "--device", "cuda:99")]
    [TestCase("train", "cnn", "--data", "nowhere")]
    [TestCase("validate", "--device", "opencl:99")]
    [TestCase("generate", "half", "--device", "cuda:99")]
    [TestCase("kernels", "show", "SoftmaxGroups.Forward", "--device", "opencl:99")]
    [TestCase("kernels", "show", "SoftmaxGroups.Forward", "--device", "cpu")]
    [TestCase("bench", "--device", "abacus")]
    [TestCase("validate", "--filter", "clip", "--json", "nowhere/v.json")]
    [TestCase("train", "char-rnn", "--resume", "--out", "half")]
    public void Failure_EndsWithOneAndOneLine(params string[] args)
    {
        File.WriteAllText(InFolder("broken.safetensors"), "not a checkpoint");
        File.WriteAllText(InFolder("short.txt"), "too short");
        Directory.CreateDirectory(InFolder("half"));
        File.WriteAllText(Path.Combine(Folder, "half", "config.json"), """{"model_type": "char-rnn", "vocab_size": 4}""");
        string[] names = ["nowhere.safetensors", "broken.safetensors", "nowhere", "half", "nowhere.txt", "short.txt"];
        var (exit, _, error) = Run([.. args.Select(arg => names.Contains(arg) ? InFolder(arg) : arg)]);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(error, Does.StartWith("gpuseq: "));
            Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1), error);
        });
    }

    [Test]
    public void Help_NamesTheCommandsAndRecipes()
    {
        var root = Run("--help").Out;
        var train = Run("train", "--help").Out;
        Assert.Multiple(() =>
        {
            foreach (var command in new[] { "devices", "validate", "bench", "kernels", "train", "generate", "inspect" })
                Assert.That(root, Does.Contain(command));
            Assert.That(train, Does.Contain("char-rnn"));
        });
    }

    [Test]
    public void Signal_SavesAndSaysHowToResume()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("signals are sent with kill");
        var run = InFolder("run");
        var command = Path.Combine(AppContext.BaseDirectory, "gpuseq.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { command, "train", "char-rnn", "--out", run, "--epochs", "1000000", "--batch", "4", "--hidden", "16" },
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var log = Path.Combine(run, "metrics.jsonl");
        Assert.That(() => File.Exists(log), Is.True.After(60).Seconds.PollEvery(50));
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        Assert.That(process.WaitForExit(30_000), "it did not end");
        var resumed = Run("train", "char-rnn", "--out", run, "--resume", "--max-steps", "1");
        Assert.Multiple(() =>
        {
            Assert.That(process.ExitCode, Is.EqualTo(ExitCode.Failure));
            Assert.That(error.Result, Does.Contain($"gpuseq train char-rnn --out {run} --resume"));
            Assert.That(resumed.Exit, Is.Zero, resumed.Err);
        });
    }

    private static (int Exit, string Out, string Err) Train(string run, params string[] more) => Run(
    [
        "train", "char-rnn", "--out", run, "--hidden", "16", "--embedding", "8", "--batch", "4", "--seq-length", "16",
        "--evaluate-every", "3", .. more,
    ]);

    internal static (int Exit, string Out, string Err) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = GpuSeqCommand.Run(args, new CommandOutput(output, error, isTerminal: false));
        return (exit, output.ToString(), error.ToString());
    }
}
