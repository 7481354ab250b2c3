using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Engine.Tests.Checkpoints;

public class ShardedWriterTests
{
    private static readonly string[] Two = Names("model", 2);
    private static readonly string[] Three = Names("model", 3);
    private static readonly string[] OtherThree = Names("model.2", 3);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Shards_are_filled_in_order_and_named_as_on_the_Hub()
    {
        int[] sizes = [1, 2, 1, 5, 3, 0];
        var tensors = sizes.Select((size, i) => TensorData.FromFloats($"t{5 - i}", [size], new float[size]));
        ShardedWriter.Write(_folder.Path, tensors, 16, new Dictionary<string, string> { ["format"] = "pt", ["total_size"] = "old" });

        Assert.That(_folder.Names(), Is.EqualTo(Three.Append(Checkpoint.IndexFile)));
        Assert.That(File.ReadAllText(_folder.File(Checkpoint.IndexFile)), Is.EqualTo("""
            {
              "metadata": {
                "format": "pt",
                "total_size": 48
              },
              "weight_map": {
                "t0": "model-00003-of-00003.safetensors",
                "t1": "model-00003-of-00003.safetensors",
                "t2": "model-00002-of-00003.safetensors",
                "t3": "model-00001-of-00003.safetensors",
                "t4": "model-00001-of-00003.safetensors",
                "t5": "model-00001-of-00003.safetensors"
              }
            }
            """.ReplaceLineEndings("\n")));
        using var shard = SafeTensorsFile.Open(_folder.File(Three[0]));
        Assert.That(shard.Metadata["format"], Is.EqualTo("pt"));
    }

    [Test]
    public void Every_new_checkpoint_takes_the_place_of_the_old_one()
    {
        string[] only = [Checkpoint.ModelFile];
        (int Shards, string[] Files)[] turns =
        [
            (1, only), (3, Three), (3, OtherThree), (3, Three), (2, Two), (1, only), (1, only), (2, Two),
        ];
        for (var state = 0; state < turns.Length; state++)
        {
            Save(state, turns[state].Shards);
            Assert.That(Load(), Is.EqualTo(state));
            string[] files = turns[state].Shards == 1 ? only : [.. turns[state].Files, Checkpoint.IndexFile];
            Assert.That(_folder.Names(), Is.EquivalentTo(files));
        }
    }

    // The third tensor of the second checkpoint cannot be written; whatever lies there by then, the first is still read.
    [Test]
    public void A_write_that_fails_half_way_keeps_the_old_checkpoint([Values(1, 2, 3, 6)] int before, [Values(1, 2, 3, 6)] int after)
    {
        Save(1, before);
        var broken = State(2).Select((tensor, i) => i < 3
            ? tensor
            : TensorData.Deferred(tensor.Name, tensor.ElementType, tensor.Shape.AsSpan(), _ => throw new FormatException()));
        Assert.Throws<FormatException>(() => ShardedWriter.Write(_folder.Path, broken, Limit(after)));
        Assert.That(Load(), Is.EqualTo(1));
        Save(3, after);
        Assert.That(Load(), Is.EqualTo(3));
        Assert.That(_folder.Names(), Has.Length.EqualTo(after == 1 ? 1 : after + 1), "what failed is cleared away");
    }

    [Test]
    public void Only_files_of_such_names_are_cleared_away()
    {
        string[] others = ["model-00001-of-00002.bin", "model.safetensors.bak", "model-x-00001-of-00002.safetensors", "model.json"];
        string[] ours = ["model-00001-of-00007.safetensors", "model.2-00001-of-00003.safetensors.tmp", "model.safetensors.index.json.tmp"];
        foreach (var name in others.Concat(ours))
            File.WriteAllText(_folder.File(name), "");
        Save(1, 1);
        Assert.That(_folder.Names(), Is.EquivalentTo(others.Append(Checkpoint.ModelFile)));
    }

    [Test]
    public void Names_given_twice_are_refused_even_in_two_shards()
    {
        var tensors = Enumerable.Repeat(TensorData.FromFloats("w", [1], new float[1]), 2);
        var refused = Assert.Throws<CheckpointException>(() => ShardedWriter.Write(_folder.Path, tensors, 4))!;
        Assert.That(refused.Message, Is.EqualTo($"{_folder.File(Checkpoint.IndexFile)}: tensor 'w': is given twice"));
        Assert.That(_folder.Names(), Is.Empty);
    }

    [Test]
    public void Parameters_come_back_from_shards()
    {
        using var device = Device.Open();
        using var saved = Parameters(device, seed: 1);
        using var loaded = Parameters(device, seed: 2);
        TensorFiles.SaveSharded(_folder.Path, saved, 1024);
        var report = TensorFiles.Load(_folder.Path, loaded);
        Assert.That(report.Loaded, Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(report.IsComplete);
        Assert.That(report.Path, Is.EqualTo(_folder.File(Checkpoint.IndexFile)));
        foreach (var parameter in saved.Parameters)
            Assert.That(loaded.Find(parameter.Name)!.ToArray(), Is.EqualTo(parameter.ToArray()), parameter.Name);
    }

    private static ParameterSet Parameters(Device device, ulong seed)
    {
        var parameters = new ParameterSet(device, seed);
        foreach (var (name, rows) in new[] { ("a", 10), ("b", 30), ("c", 3) })
            parameters.Add(name, [rows, 8], Initializer.FanIn(8));
        return parameters;
    }

    private static string[] Names(string stem, int count) =>
        [.. Enumerable.Range(1, count).Select(i => $"{stem}-0000{i}-of-0000{count}.safetensors")];

    private static long Limit(int shards) => 6 / shards * 40;

    // Six tensors of 40 bytes.
    private static IEnumerable<TensorData> State(int state) => Enumerable.Range(0, 6)
        .Select(i => TensorData.FromFloats($"t{i}", [10], Enumerable.Repeat((float)state, 10).ToArray()));

    private void Save(int state, int shards) => ShardedWriter.Write(_folder.Path, State(state), Limit(shards));

    private int Load()
    {
        using var checkpoint = Checkpoint.Open(_folder.Path);
        return (int)checkpoint.Tensors.Keys.SelectMany(checkpoint.ReadFloats).Distinct().Single();
    }
}
