using System.Text.Json;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Cli.Tests;

/// <summary>What the command says of checkpoints that are in shards, and of those that do not fit.</summary>
public sealed class CheckpointCommandTests : FolderTests
{
    [Test]
    public void Inspect_ShowsShardsAsOne()
    {
        var tensors = Enumerable.Range(0, 3).Select(i => TensorData.FromFloats($"w{i}", [4], new float[4]));
        ShardedWriter.Write(Folder, tensors, maximalShardBytes: 16);
        var index = InFolder(Checkpoint.IndexFile);
        var (exit, text, _) = CommandTests.Run("inspect", Folder);
        var json = JsonDocument.Parse(CommandTests.Run("inspect", index, "--json").Out).RootElement;
        var file = json.GetProperty("files").EnumerateArray().Single();
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero);
            Assert.That(text, Does.StartWith($"{index}, 3 shards{Environment.NewLine}").And.Contain("3 tensors, 12 parameters"));
            Assert.That(file.GetProperty("path").GetString(), Is.EqualTo(index));
            Assert.That(file.GetProperty("shards").GetArrayLength(), Is.EqualTo(3));
            Assert.That(file.GetProperty("tensors").GetArrayLength(), Is.EqualTo(3));
        });
    }

    [Test]
    public void Generate_ShowsInATableWhatDoesNotFit()
    {
        var run = InFolder("run");
        CommandTests.Run("train", "char-rnn", "--out", run, "--hidden", "8", "--embedding", "4", "--max-steps", "1");
        var model = Path.Combine(run, Checkpoint.ModelFile);
        SafeTensorsWriter.Write(model, [TensorData.FromFloats("rnn.weight_hh_l0", [7], new float[7])]);
        var (exit, _, error) = CommandTests.Run("generate", run);
        var lines = error.TrimEnd().Split(Environment.NewLine);
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.EqualTo(ExitCode.Failure));
            Assert.That(lines[0], Is.EqualTo(
                $"gpuseq: {model}: does not fit the model: 6 missing, 0 unexpected, 1 of another shape, 0 that fit"));
            Assert.That(lines[1], Does.Match("^gpuseq: TENSOR +IN THE FILE +IN THE MODEL$"));
            Assert.That(lines[^1], Does.Match(@"^gpuseq: rnn\.weight_hh_l0 +\[7\] +\[32, 8\]$"));
            Assert.That(lines, Has.Length.EqualTo(2 + 7));
        });
    }
}
