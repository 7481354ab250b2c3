using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Engine.Tests.Checkpoints;

[Category(Fixtures.Category)]
public class SafeTensorsFixtureTests
{
    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Find), new object[] { "*.safetensors" })]
    public void Files_written_elsewhere_are_read_as_an_independent_reader_reads_them(string name)
    {
        var path = Fixtures.Require(name);
        var expected = FixtureTensors.Read(path);
        using var file = SafeTensorsFile.Open(path);

        Assert.That(file.Tensors.Keys, Is.EquivalentTo(expected.Names));
        foreach (var entry in file.Tensors.Values)
        {
            var tensor = expected[entry.Name];
            Assert.That(entry.ElementType.Code(), Is.EqualTo(tensor.Type), entry.Name);
            Assert.That(entry.Shape, Is.EqualTo(tensor.Shape), entry.Name);
            Assert.That(file.ReadBytes(entry.Name), Is.EqualTo(tensor.Bytes), entry.Name);
            if (entry.ElementType == ElementType.Float32)
            {
                Assert.That(file.ReadFloats(entry.Name), Is.EqualTo(tensor.Floats), entry.Name);
            }
            else
            {
                Assert.That(file.ReadInts(entry.Name), Is.EqualTo(tensor.Longs), entry.Name);
            }
        }
    }

    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Find), new object[] { "model.safetensors" })]
    public void Models_written_elsewhere_come_back_from_shards(string name)
    {
        var expected = FixtureTensors.Read(Fixtures.Require(name));
        using var folder = new TemporaryFolder();
        using (var file = SafeTensorsFile.Open(Fixtures.Require(name)))
        {
            var tensors = file.Tensors.Values
                .Select(entry => TensorData.FromBytes(entry.Name, entry.ElementType, entry.Shape.AsSpan(), file.ReadBytes(entry.Name)));
            ShardedWriter.Write(folder.Path, tensors, maximalShardBytes: 8192, file.Metadata);
        }

        using var checkpoint = Checkpoint.Open(folder.Path);
        Assert.That(checkpoint.Files, Has.Count.GreaterThan(1));
        Assert.That(checkpoint.Tensors.Keys, Is.EquivalentTo(expected.Names));
        foreach (var entry in checkpoint.Tensors.Values)
        {
            Assert.That(entry.ElementType.Code(), Is.EqualTo(expected[entry.Name].Type), entry.Name);
            Assert.That(entry.Shape, Is.EqualTo(expected[entry.Name].Shape), entry.Name);
            Assert.That(checkpoint.FileOf(entry.Name).ReadBytes(entry.Name), Is.EqualTo(expected[entry.Name].Bytes), entry.Name);
        }
    }
}
