using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Engine.Tests.Checkpoints;

public class InspectionTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void A_file_s_tensors_are_listed_with_their_statistics()
    {
        var path = _folder.File("model.safetensors");
        var halves = new[] { 1, 2, 4 }.SelectMany(i => BitConverter.GetBytes((Half)i)).ToArray();
        SafeTensorsWriter.Write(path,
            [
                TensorData.FromInts("ids", [2], new[] { 1L, 2L }),
                TensorData.FromFloats("w", [2, 3], new[] { 1f, float.NaN, -3f, float.PositiveInfinity, 5f, float.NegativeInfinity }),
                TensorData.FromFloats("nan", [2], new[] { float.NaN, float.NaN }),
                TensorData.FromFloats("none", [0, 4], Array.Empty<float>()),
                TensorData.FromBytes("half", ElementType.Float16, [3], halves),
                TensorData.FromBytes("wide", ElementType.Float64, [1], new byte[8]),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });

        var inspection = Inspection.Of(path);
        var found = inspection.Tensors.ToDictionary(t => t.Entry.Name);
        Assert.Multiple(() =>
        {
            Assert.That(inspection.Files.Single().Metadata["format"], Is.EqualTo("pt"));
            Assert.That(inspection.Companions, Is.Empty);
            Assert.That(inspection.Parameters, Is.EqualTo(6 + 2 + 0 + 3 + 1), "the ids are no parameters");
            Assert.That(inspection.Bytes, Is.EqualTo(16 + 24 + 8 + 0 + 6 + 8));
            Assert.That(found["w"].NonFinite, Is.EqualTo(3));
            Assert.That(found["w"].Statistics, Is.EqualTo(new TensorStatistics(-3, 5, 1, Math.Sqrt(32.0 / 3))));
            Assert.That(found["half"].Statistics!.Mean, Is.EqualTo(7.0 / 3).Within(1e-15));
            Assert.That(found["nan"], Is.EqualTo(new TensorInspection(found["nan"].Entry, 2, null)));
            Assert.That(found["none"], Is.EqualTo(new TensorInspection(found["none"].Entry, 0, null)));
            Assert.That(found["ids"], Is.EqualTo(new TensorInspection(found["ids"].Entry, 0, null)));
            Assert.That(found["wide"].Statistics, Is.Null, "listed, not read");
        });
    }

    [TestCase(65_536)]
    [TestCase(65_537)]
    [TestCase(200_003)]
    public void Statistics_over_many_chunks_are_exact_beside_a_large_mean(int count)
    {
        var random = new Random(count);
        var values = Enumerable.Range(0, count).Select(i => 10_000f + (i / 1000f) + random.NextSingle()).ToArray();
        var path = _folder.File("model.safetensors");
        SafeTensorsWriter.Write(path, [TensorData.FromFloats("w", [count], values)]);

        var statistics = Inspection.Of(path).Tensors.Single().Statistics!;
        var mean = values.Average(v => (double)v);
        var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        Assert.That(statistics.Mean, Is.EqualTo(mean).Within(1e-8));
        Assert.That(statistics.StandardDeviation, Is.EqualTo(deviation).Within(1e-8));
        Assert.That((statistics.Minimum, statistics.Maximum), Is.EqualTo(((double)values.Min(), (double)values.Max())));
    }

    [Test]
    public void A_folder_is_all_its_safetensors_files_and_the_known_files_beside_them()
    {
        SafeTensorsWriter.Write(_folder.File("b.safetensors"), [TensorData.FromFloats("b", [2], new float[2])]);
        SafeTensorsWriter.Write(_folder.File("a.safetensors"), [TensorData.FromFloats("a", [3], new float[3])]);
        Directory.CreateDirectory(_folder.File("state"));
        SafeTensorsWriter.Write(_folder.File("state/c.safetensors"), [TensorData.FromFloats("c", [3], new float[3])]);
        AtomicFile.WriteText(_folder.File("vocab.json"), "{}");
        AtomicFile.WriteText(_folder.File("config.json"), "{}");
        AtomicFile.WriteText(_folder.File("notes.json"), "{}");

        var inspection = Inspection.Of(_folder.Path);
        Assert.That(inspection.Files.Select(f => Path.GetFileName(f.Path)), Is.EqualTo(new[] { "a.safetensors", "b.safetensors" }));
        Assert.That(inspection.Companions, Is.EqualTo(new[] { "config.json", "vocab.json" }));
        Assert.That(inspection.Parameters, Is.EqualTo(5));
    }

    [Test]
    public void Shards_are_shown_as_one_checkpoint()
    {
        var tensors = Enumerable.Range(0, 3).Select(i => TensorData.FromFloats($"w{i}", [4], new[] { i, i, i, i + 4f }));
        ShardedWriter.Write(_folder.Path, tensors, 16);
        SafeTensorsWriter.Write(_folder.File("a.safetensors"), [TensorData.FromFloats("a", [3], new float[3])]);

        foreach (var path in new[] { _folder.Path, _folder.Path + "//", _folder.File(Checkpoint.IndexFile) })
        {
            var inspection = Inspection.Of(path);
            var sharded = inspection.Files[^1];
            Assert.Multiple(() =>
            {
                Assert.That(inspection.Files, Has.Count.EqualTo(Directory.Exists(path) ? 2 : 1));
                Assert.That(inspection.Companions, Is.Empty);
                Assert.That(Path.GetFullPath(sharded.Path), Is.EqualTo(_folder.File(Checkpoint.IndexFile)));
                Assert.That(sharded.Shards.Select(shard => Path.GetFileName(shard)), Is.EqualTo(
                    new[] { "model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors" }));
                Assert.That(sharded.Metadata["total_size"], Is.EqualTo("48"));
                Assert.That(sharded.Tensors.Select(tensor => (tensor.Entry.Name, tensor.Statistics!.Mean)),
                    Is.EqualTo(new[] { ("w0", 1.0), ("w1", 2.0), ("w2", 3.0) }));
            });
        }
    }

    [Test]
    public void What_is_not_there_and_what_is_broken_is_refused_in_one_line()
    {
        var none = _folder.File("none");
        Assert.That(() => Inspection.Of(none),
            Throws.InstanceOf<CheckpointException>().With.Message.EqualTo($"{none}: there is no such file"));
        Assert.That(() => Inspection.Of(_folder.Path),
            Throws.InstanceOf<CheckpointException>().With.Message.EqualTo($"{_folder.Path}: the folder holds no *.safetensors file"));

        var broken = _folder.File("broken.safetensors");
        File.WriteAllText(broken, "not one");
        Assert.That(() => Inspection.Of(_folder.Path), Throws.InstanceOf<CheckpointException>().With.Message.StartsWith(broken + ": "));
    }

    [Test]
    public void A_cancelled_inspection_stops()
    {
        var path = _folder.File("model.safetensors");
        SafeTensorsWriter.Write(path, [TensorData.FromFloats("w", [1], new float[1])]);
        Assert.Throws<OperationCanceledException>(() => Inspection.Of(path, new CancellationToken(canceled: true)));
    }

    [Category(Fixtures.Category)]
    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Find), new object[] { "model.safetensors" })]
    public void Models_written_elsewhere_are_inspected(string name)
    {
        var path = Fixtures.Require(name);
        var expected = FixtureTensors.Read(path);
        var inspection = Inspection.Of(Path.GetDirectoryName(path)!);

        Assert.That(inspection.Companions, Does.Contain("config.json"));
        foreach (var tensor in inspection.Files.Single(f => f.Path == path).Tensors.Where(t => t.Statistics is not null))
        {
            var values = expected[tensor.Entry.Name].Doubles;
            Assert.That(tensor.NonFinite, Is.Zero);
            Assert.That(tensor.Statistics!.Minimum, Is.EqualTo(values.Min()));
            Assert.That(tensor.Statistics.Maximum, Is.EqualTo(values.Max()));
            Assert.That(tensor.Statistics.Mean, Is.EqualTo(values.Average()).Within(1e-9));
        }
    }
}
