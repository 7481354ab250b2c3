using System.Text;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Engine.Tests.Checkpoints;

/// <summary>Files that are cut, flipped or made up: each is read or refused in one line that names it, and costs little memory.</summary>
public class HostileFilesTests
{
    // The files are below a kilobyte; what an exception and its message take is the most of this.
    private const int MostBytes = 200_000;

    // Of the bits of a header that are flipped: each byte has two or three of them.
    private const int Stride = 3;

    private static readonly string[] Numbers =
    [
        "0", "1", "2", "3", "8", "2147483648", "4294967296", "4611686018427387904", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", "-1", "-9223372036854775808", "1e3", "0.5", "-0", "\"1\"", "null", "[1]",
    ];

    private TemporaryFolder _folder = null!;
    private string _path = null!;
    private string _index = null!;

    [SetUp]
    public void WriteGoodFiles()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File("good.safetensors");
        _index = _folder.File(Checkpoint.IndexFile);
        SafeTensorsWriter.Write(_path, Tensors(), new Dictionary<string, string> { ["format"] = "pt" });
        ShardedWriter.Write(_folder.Path, Tensors(), 16);
    }

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Every_truncation_is_refused()
    {
        var good = File.ReadAllBytes(_path);
        var index = File.ReadAllBytes(_index);
        for (var length = 0; length < good.Length; length++)
            Assert.That(IsRefused(_path, good[..length]), $"the first {length} bytes of {good.Length}");
        for (var length = 0; length < index.Length; length++)
            Assert.That(IsRefused(_index, index[..length]), $"the first {length} bytes of the index's {index.Length}");
        Assert.That(IsRefused(_path, good) || IsRefused(_index, index), Is.False, "the whole files");
    }

    [Test]
    public void Trailing_bytes_are_refused()
    {
        Assert.That(IsRefused(_path, [.. File.ReadAllBytes(_path), 0]));
        Assert.That(IsRefused(_index, [.. File.ReadAllBytes(_index), (byte)'}']));
    }

    [Test]
    public void Flipped_bits_of_a_header_are_read_or_refused()
    {
        var good = File.ReadAllBytes(_path);
        var header = BitConverter.ToInt32(good) + sizeof(long);
        Assert.That(CountRefusedFlips(_path, good, header), Is.GreaterThan(header * 4 / Stride), "half of them are at the least");
        var index = File.ReadAllBytes(_index);
        Assert.That(CountRefusedFlips(_index, index, index.Length), Is.GreaterThan(index.Length * 4 / Stride));
    }

    [Test]
    public void Headers_of_made_up_numbers_are_read_or_refused()
    {
        var random = new Random(1);
        var refused = 0;
        for (var tried = 0; tried < 1000; tried++)
        {
            var count = random.Next(1, 4);
            var tensors = Enumerable.Range(0, count).Select(i => MakeUpTensor(i, random));
            var header = Encoding.ASCII.GetBytes($"{{{string.Join(',', tensors)}}}");
            refused += IsRefused(_path, [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[count * 8]]) ? 1 : 0;
        }

        Assert.That(refused, Is.InRange(500, 999), "few are good by chance");
    }

    [TestCase("""{"weight_map":{"w":"../outside.safetensors"}}""", "tensor 'w': its shard '../outside.safetensors' is not the name of")]
    [TestCase("""{"weight_map":{"w":"/etc/passwd"}}""", "its shard '/etc/passwd' is not the name of")]
    [TestCase("""{"weight_map":{"w":"a/../../b.safetensors"}}""", "is not the name of")]
    [TestCase("""{"weight_map":{"w":"..\\b.safetensors"}}""", "is not the name of")]
    [TestCase("""{"weight_map":{"w":"C:b.safetensors"}}""", "is not the name of")]
    [TestCase("""{"weight_map":{"w":"."}}""", "is not the name of")]
    [TestCase("""{"weight_map":{"w":""}}""", "is not the name of")]
    [TestCase("""{"weight_map":{"w":"a\u0000b"}}""", "is not the name of")]
    [TestCase("""{"weight_map":{"w":1}}""", "tensor 'w': its shard is not a string")]
    [TestCase("""{"weight_map":{"w":"a","w":"b"}}""", "tensor 'w': is named twice")]
    [TestCase("""{"weight_map":{"w":"a"},"weight_map":{}}""", "the index holds weight_map twice")]
    [TestCase("""{"metadata":{},"metadata":{},"weight_map":{}}""", "the index holds metadata twice")]
    [TestCase("""{"metadata":{"a":1,"a":2}}""", "metadata holds 'a' twice")]
    [TestCase("""{"metadata":[]}""", "is not an object")]
    [TestCase("""{"weight_map":[]}""", "is not an object")]
    [TestCase("""{"weight_map":{}}""", "weight_map names no tensor")]
    [TestCase("""{"other":{}}""", "the index holds no weight_map")]
    [TestCase("""[]""", "the index does not begin with '{'")]
    [TestCase("", "the index does not begin with '{'")]
    [TestCase("""{"weight_map":{"w":"\ud800"}}""", "the index holds text that is not valid Unicode")]
    public void A_bad_index_is_refused(string json, string message)
    {
        File.WriteAllText(_index, json);
        var refused = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_index))!;
        Assert.That(refused.Message, Does.StartWith(_index + ": ").And.Contains(message).And.Not.Contains("\n"));
    }

    [Test]
    public void An_index_that_is_deep_or_long_is_refused()
    {
        Assert.That(IsRefused(_index, Encoding.ASCII.GetBytes("{\"other\":" + new string('[', 100))));
        Assert.That(IsRefused(_index, Encoding.ASCII.GetBytes("{\"weight_map\":{\"w\":\"" + new string('x', 10_000) + "\"}}")));
        using (var sparse = new FileStream(_index, FileMode.Create))
            sparse.SetLength(100_000_001);
        Assert.That(IsRefused(_index, null));
    }

    private static TensorData[] Tensors() =>
    [
        TensorData.FromFloats("encoder.weight", [2, 2], new float[4]),
        TensorData.FromInts("steps", [], new[] { 7L }),
        TensorData.FromBytes("mask", ElementType.Bool, [5], new byte[5]),
    ];

    // Eight bytes after those of the tensors before it, but that any name, type or number may be another.
    private static string MakeUpTensor(int place, Random random)
    {
        var name = $"t{(random.Next(20) == 0 ? 0 : place)}";
        var type = random.Next(20) == 0 ? "F128" : "F32";
        return $$"""
            "{{name}}":{"dtype":"{{type}}","shape":[{{Number(2)}},{{Number(1)}}],
            "data_offsets":[{{Number(place * 8)}},{{Number(place * 8 + 8)}}]}
            """;

        string Number(int good) => random.Next(8) > 0 ? $"{good}" : Numbers[random.Next(Numbers.Length)];
    }

    private int CountRefusedFlips(string path, byte[] good, int length)
    {
        var refused = 0;
        for (var bit = 0; bit < length * 8; bit += Stride)
        {
            byte[] flipped = [.. good];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            refused += IsRefused(path, flipped) ? 1 : 0;
        }

        File.WriteAllBytes(path, good);
        return refused;
    }

    // Opens the file and reads all of it; whatever else than a CheckpointException comes out fails the test.
    private bool IsRefused(string path, byte[]? content)
    {
        if (content is not null)
            File.WriteAllBytes(path, content);
        var before = GC.GetAllocatedBytesForCurrentThread();
        string? message = null;
        try
        {
            using var checkpoint = Checkpoint.Open(path);
            foreach (var name in checkpoint.Tensors.Keys)
                checkpoint.FileOf(name).ReadBytes(name);
        }
        catch (CheckpointException e)
        {
            message = e.Message;
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MostBytes), message);
        // A changed index may lead to a shard that is missing or holds something else: the shard is named then.
        Assert.That(message, Is.Null.Or.StartWith(path == _index ? _folder.Path : path + ": "));
        Assert.That(message, Is.Null.Or.Not.Contains("\n"));
        return message is not null;
    }
}
