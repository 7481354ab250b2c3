using System.Diagnostics;
using System.Text.Json;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Cli.Tests;

/// <summary>A training that is killed again and again ends with the same bits as one that never stopped.</summary>
public sealed class KillTests
{
    private string _folder = null!;
    private string _run = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("gpuseq-").FullName;
        _run = Path.Combine(_folder, "killed");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Training_ThatIsKilledEndsWithTheSameBits() => KillAndCompare(kills: 3, steps: 150);

    [Test]
    [Category("Slow")]
    public void Training_ThatIsKilledManyTimesEndsWithTheSameBits() => KillAndCompare(kills: 12, steps: 700);

    private void KillAndCompare(int kills, int steps)
    {
        var whole = Path.Combine(_folder, "whole");
        string[] options =
        [
            "--hidden", "48", "--embedding", "8", "--batch", "8", "--dropout", "0.2", "--evaluate-every", "5",
            "--epochs", "1000", "--max-steps", $"{steps}",
        ];
        Train(["--out", whole, .. options]);

        var random = new Random(1);
        Kill(options, states: 2, random.Next(100));
        for (var kill = 1; kill < kills; kill++)
        {
            // In the middle of training; every third time in the middle of starting.
            var isEarly = kill % 3 == 2;
            Kill(["--resume"], isEarly ? 0 : random.Next(1, 4), random.Next(isEarly ? 400 : 100));
        }

        Train(["--out", _run, "--resume"]);
        Assert.Multiple(() =>
        {
            foreach (var file in new[] { "model.safetensors", "config.json", "vocab.json", "training.json", "recipe.json" })
                Assert.That(ReadBytes(_run, file), Is.EqualTo(ReadBytes(whole, file)), file);
            Assert.That(ReadState(_run), Is.EqualTo(ReadState(whole)));
            Assert.That(ReadLog(_run), Is.EqualTo(ReadLog(whole)));
        });
    }

    private static void Train(string[] args)
    {
        var (exit, _, error) = CommandTests.Run(["train", "char-rnn", .. args]);
        Assert.That(exit, Is.Zero, error);
    }

    // Starts a training, and kills it some milliseconds after it has saved so many states.
    private void Kill(string[] args, int states, int milliseconds)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "gpuseq.dll"), "train", "char-rnn", "--out", _run, .. args])
        {
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var state = Path.Combine(_run, "state", "last.safetensors");
        var written = File.GetLastWriteTimeUtc(state);
        while (states > 0 && !process.HasExited)
        {
            Thread.Sleep(1);
            if (File.GetLastWriteTimeUtc(state) is var time && time != written)
                (states, written) = (states - 1, time);
        }
        var ended = process.WaitForExit(milliseconds);
        process.Kill();
        process.WaitForExit();
        Assert.That(ended, Is.False, $"it ended before it was killed: {error.Result}");
    }

    private static byte[] ReadBytes(string run, string file) => File.ReadAllBytes(Path.Combine(run, file));

    // All of the state but how long it took.
    private static Dictionary<string, string> ReadState(string run)
    {
        using var file = SafeTensorsFile.Open(Path.Combine(run, "state", "last.safetensors"));
        return file.Tensors.Keys.Select(name => (Key: name, Value: Convert.ToHexString(file.ReadBytes(name))))
            .Concat(file.Metadata.Where(entry => entry.Key is not ("seconds" or "metrics_length" or "samples_length")).Select(entry => (entry.Key, entry.Value)))
            .ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    private static string[] ReadLog(string run) =>
    [
        .. File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => $"{line.GetProperty("step")} {line.GetProperty("split")} {line.GetProperty("loss")}"),
    ];
}
