using GpuSeq.Engine.Checkpoints;
using NUnit.Framework.Constraints;

namespace GpuSeq.Engine.Tests.Checkpoints;

/// <summary>One file, an index or a folder are opened alike.</summary>
public class CheckpointTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void A_file_an_index_and_a_folder_hold_the_same()
    {
        var (single, sharded) = (_folder.File("single"), _folder.File("sharded"));
        foreach (var (folder, limit) in new[] { (single, long.MaxValue), (sharded, 12L) })
        {
            Directory.CreateDirectory(folder);
            ShardedWriter.Write(folder, Tensors(), limit, new Dictionary<string, string> { ["format"] = "pt" });
        }

        string[] paths = [single, Path.Combine(single, Checkpoint.ModelFile), sharded, Path.Combine(sharded, Checkpoint.IndexFile)];
        foreach (var path in paths)
        {
            using var checkpoint = Checkpoint.Open(path);
            Assert.Multiple(() =>
            {
                Assert.That(checkpoint.IsSharded, Is.EqualTo(path.StartsWith(sharded, StringComparison.Ordinal)));
                Assert.That(checkpoint.Files, Has.Count.EqualTo(checkpoint.IsSharded ? 3 : 1));
                Assert.That(checkpoint.Tensors.Keys, Is.EquivalentTo(new[] { "a", "b", "ids" }));
                Assert.That(checkpoint.Tensors["a"].ToString(), Is.EqualTo("F32 [1, 3]"));
                Assert.That(checkpoint.ReadFloats("a"), Is.EqualTo(new[] { 1f, 2f, 3f }));
                Assert.That(checkpoint.ReadFloats("b"), Is.EqualTo(new[] { 4f }));
                Assert.That(checkpoint.ReadInts("ids"), Is.EqualTo(new[] { 5L, 6L }));
                Assert.That(checkpoint.Metadata["format"], Is.EqualTo("pt"));
                Assert.That(
                    () => checkpoint.FileOf("c"), Refusal($"{checkpoint.Path}: tensor 'c': is not in this checkpoint"));
            });
        }
    }

    [Test]
    public void A_folder_without_the_usual_names_is_its_only_file()
    {
        Assert.That(() => Checkpoint.Open(_folder.Path), Refusal($"{_folder.Path}: the folder holds no *.safetensors file"));
        SafeTensorsWriter.Write(_folder.File("weights.safetensors"), Tensors());
        using (var checkpoint = Checkpoint.Open(_folder.Path))
            Assert.That(checkpoint.Path, Is.EqualTo(_folder.File("weights.safetensors")));
        SafeTensorsWriter.Write(_folder.File("others.safetensors"), Tensors());
        Assert.That(() => Checkpoint.Open(_folder.Path),
            Refusal(
                $"{_folder.Path}: the folder holds 2 *.safetensors files, and neither {Checkpoint.ModelFile} nor {Checkpoint.IndexFile}"));
    }

    [Test]
    public void Index_and_shards_that_disagree_are_refused()
    {
        SafeTensorsWriter.Write(_folder.File("one"), [TensorData.FromFloats("a", [1], new float[1])]);
        SafeTensorsWriter.Write(_folder.File("two"), [TensorData.FromFloats("b", [1], new float[1])]);
        SafeTensorsWriter.Write(_folder.File("both"), Tensors());
        Assert.Multiple(() =>
        {
            Assert.That(Opening("""{"a":"one","b":"one"}"""), Refusal($"{Index}: tensor 'b': is not in its shard 'one'"));
            Assert.That(Opening("""{"a":"two","b":"two"}"""), Refusal($"{Index}: tensor 'a': is not in its shard 'two'"));
            Assert.That(
                Opening("""{"a":"both"}"""),
                Refusal($"{_folder.File("both")}: tensor 'ids': the index does not place it in this shard"));
            Assert.That(
                Opening("""{"a":"both","b":"both","ids":"both","c":"one"}"""),
                Refusal($"{_folder.File("one")}: tensor 'a': the index does not place it in this shard"));
            Assert.That(Opening("""{"a":"one","b":"three"}"""), Refusal($"{_folder.File("three")}: there is no such file"));
            Assert.That(Opening("""{"a":"one","b":"two"}"""), Throws.Nothing);
        });
    }

    [Test]
    public void Shards_may_lie_in_a_folder_below()
    {
        Directory.CreateDirectory(_folder.File("shards"));
        SafeTensorsWriter.Write(_folder.File("shards/one.safetensors"), [TensorData.FromFloats("a", [1], new[] { 1f })]);
        File.WriteAllText(Index, """
            {"metadata": {"total_size": 4, "total_parameters": 1, "torch": {"deep": [1]}}, "weight_map": {"a": "shards/one.safetensors"}}
            """);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Assert.That(checkpoint.ReadFloats("a"), Is.EqualTo(new[] { 1f }));
        Assert.That(checkpoint.Metadata, Is.EqualTo(new Dictionary<string, string> { ["total_size"] = "4", ["total_parameters"] = "1" }));
    }

    private string Index => _folder.File(Checkpoint.IndexFile);

    private static TensorData[] Tensors() =>
    [
        TensorData.FromFloats("a", [1, 3], new[] { 1f, 2f, 3f }),
        TensorData.FromFloats("b", [], new[] { 4f }),
        TensorData.FromInts("ids", [2], new[] { 5L, 6L }),
    ];

    private TestDelegate Opening(string weightMap) => () =>
    {
        File.WriteAllText(Index, $$"""{"weight_map":{{weightMap}}}""");
        Checkpoint.Open(Index).Dispose();
    };

    private static EqualStringConstraint Refusal(string message) => Throws.InstanceOf<CheckpointException>().With.Message.EqualTo(message);
}
