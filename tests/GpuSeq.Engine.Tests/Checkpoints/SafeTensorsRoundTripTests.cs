using System.Buffers.Binary;
using System.Text;
using GpuSeq.Engine.Checkpoints;
using NUnit.Framework.Constraints;

namespace GpuSeq.Engine.Tests.Checkpoints;

public class SafeTensorsRoundTripTests
{
    private static readonly float[] Values =
        [0f, -0f, 1f, -2.5f, float.Epsilon, float.MaxValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    private TemporaryFolder _folder = null!;
    private string _path = null!;

    [SetUp]
    public void CreateFolder()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File("model.safetensors");
    }

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(1023)]
    [TestCase(1024)]
    [TestCase(1025)]
    [TestCase(4099)]
    public void Every_type_that_is_read_comes_back(int count)
    {
        var floats = Enumerable.Range(0, count).Select(i => Values[i % Values.Length]).ToArray();
        var longs = Enumerable.Range(0, count).Select(i => i % 2 == 0 ? long.MaxValue - i : long.MinValue + i).ToArray();
        var ints = Enumerable.Range(0, count).Select(i => i % 2 == 0 ? int.MaxValue - i : int.MinValue + i).ToArray();
        var bytes = Enumerable.Range(0, count).Select(i => (byte)(i * 7)).ToArray();
        var halves = floats.SelectMany(f => BitConverter.GetBytes((Half)f)).ToArray();
        var brains = floats.SelectMany(f => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(f) >> 16))).ToArray();
        SafeTensorsWriter.Write(_path,
        [
            TensorData.FromBytes("u8", ElementType.UInt8, [count], bytes),
            TensorData.FromBytes("bool", ElementType.Bool, [count], bytes),
            TensorData.FromBytes("f16", ElementType.Float16, [count, 1], halves),
            TensorData.FromBytes("bf16", ElementType.BFloat16, [1, count], brains),
            TensorData.FromInts("i32", [count], ints),
            TensorData.FromFloats("f32", [count], floats),
            TensorData.FromInts("i64", [count], longs),
        ]);

        using var file = SafeTensorsFile.Open(_path);
        Assert.Multiple(() =>
        {
            Assert.That(Bits(file.ReadFloats("f32")), Is.EqualTo(Bits(floats)));
            Assert.That(Bits(file.ReadFloats("f16")), Is.EqualTo(Bits(floats.Select(f => (float)(Half)f))));
            Assert.That(Bits(file.ReadFloats("bf16")), Is.EqualTo(Bits(floats).Select(b => b & 0xFFFF0000)));
            Assert.That(file.ReadInts("i64"), Is.EqualTo(longs));
            Assert.That(file.ReadInts("i32"), Is.EqualTo(ints));
            Assert.That(file.ReadInts("u8"), Is.EqualTo(bytes));
            Assert.That(file.ReadInts("bool"), Is.EqualTo(bytes.Select(b => b == 0 ? 0 : 1)));
            Assert.That(file.ReadBytes("u8"), Is.EqualTo(bytes));
            Assert.That(file.Tensors["f16"].Shape, Is.EqualTo(new long[] { count, 1 }));
            Assert.That(file.Tensors.Values, Has.All.Matches<TensorEntry>(t => t.ElementCount == count));
        });
    }

    [Test]
    public void Every_half_becomes_the_float_of_its_definition()
    {
        var patterns = Enumerable.Range(0, 1 << 16).Select(i => (ushort)i).ToArray();
        var bytes = new byte[patterns.Length * sizeof(ushort)];
        Buffer.BlockCopy(patterns, 0, bytes, 0, bytes.Length);
        SafeTensorsWriter.Write(_path, [TensorData.FromBytes("f16", ElementType.Float16, [256, 256], bytes)]);

        using var file = SafeTensorsFile.Open(_path);
        Assert.That(file.ReadFloats("f16"), Is.EqualTo(patterns.Select(FromHalf)));

        // sign * 2^(exponent - 15) * 1.fraction; exponent 0: sign * 2^-14 * 0.fraction; exponent 31: infinite or no number
        static float FromHalf(ushort bits)
        {
            var (exponent, fraction) = ((bits >> 10) & 31, (bits & 1023) / 1024.0);
            var magnitude = exponent switch
            {
                0 => Math.Pow(2, -14) * fraction,
                31 => fraction == 0 ? double.PositiveInfinity : double.NaN,
                _ => Math.Pow(2, exponent - 15) * (1 + fraction),
            };
            return (float)(bits < 0x8000 ? magnitude : -magnitude);
        }
    }

    [Test]
    public void A_file_is_as_the_format_says_byte_for_byte()
    {
        SafeTensorsWriter.Write(_path,
            [
                TensorData.FromBytes("flag", ElementType.Bool, [1], new byte[] { 1 }),
                TensorData.FromFloats("w", [1, 2], new[] { 1f, -2f }),
                TensorData.FromInts("n", [], new[] { 5L }),
            ],
            new Dictionary<string, string> { ["z"] = "last", ["format"] = "pt" });

        var json = """
            {"__metadata__":{"format":"pt","z":"last"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},
            "w":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]},"flag":{"dtype":"BOOL","shape":[1],"data_offsets":[16,17]}}
            """.ReplaceLineEndings("");
        var padded = json.PadRight((json.Length + 7) / 8 * 8);
        var expected = new List<byte>();
        expected.AddRange(BitConverter.GetBytes((long)padded.Length));
        expected.AddRange(Encoding.ASCII.GetBytes(padded));
        expected.AddRange(BitConverter.GetBytes(5L));
        expected.AddRange(BitConverter.GetBytes(1f));
        expected.AddRange(BitConverter.GetBytes(-2f));
        expected.Add(1);
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(expected));

        using var file = SafeTensorsFile.Open(_path);
        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["format"] = "pt", ["z"] = "last" }));
        Assert.That(file.Tensors.Keys, Is.EqualTo(new[] { "n", "w", "flag" }), "in the order of the data");
        Assert.That(file.Find("w").ToString(), Is.EqualTo("F32 [1, 2]"));
    }

    [Test]
    public void An_empty_file_holds_no_tensor()
    {
        SafeTensorsWriter.Write(_path, []);
        using var file = SafeTensorsFile.Open(_path);
        Assert.That(file.Tensors, Is.Empty);
        Assert.That(file.Metadata, Is.Empty);
    }

    [Test]
    public void A_part_is_read_where_it_lies_and_nothing_is_allocated()
    {
        var floats = Enumerable.Range(0, 5000).Select(i => (float)i).ToArray();
        var halves = Enumerable.Range(0, 2000).SelectMany(i => BitConverter.GetBytes((Half)i)).ToArray();
        SafeTensorsWriter.Write(_path,
            [TensorData.FromFloats("f32", [50, 100], floats), TensorData.FromBytes("f16", ElementType.Float16, [2000], halves)]);
        using var file = SafeTensorsFile.Open(_path);
        var all = new float[5000];
        var part = new float[1500];
        file.ReadFloats("f32", all);
        file.ReadFloats("f16", 500, part);
        Assert.That(all, Is.EqualTo(floats));
        Assert.That(part, Is.EqualTo(floats[500..2000]));

        var before = GC.GetAllocatedBytesForCurrentThread();
        file.ReadFloats("f32", all);
        file.ReadFloats("f16", 500, part);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadFloats("f16", 501, part));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadFloats("f16", -1, part));
        var message = Assert.Throws<CheckpointException>(() => file.ReadFloats("f32", part))!.Message;
        Assert.That(message, Is.EqualTo($"{_path}: tensor 'f32': F32 [50, 100] has 5000 elements, expected 1500"));
    }

    [TestCase(ElementType.Int64, 8)]
    [TestCase(ElementType.Int32, 4)]
    [TestCase(ElementType.UInt8, 1)]
    public void A_part_of_a_tensor_of_integers_is_read_as_32_bits(ElementType type, int size)
    {
        var values = Enumerable.Range(0, 3000).Select(i => i % 250).ToArray();
        var bytes = values.SelectMany(value => BitConverter.GetBytes((long)value)[..size]).ToArray();
        SafeTensorsWriter.Write(_path, [TensorData.FromBytes("ids", type, [3000], bytes)]);
        using var file = SafeTensorsFile.Open(_path);
        var part = new int[1500];
        file.ReadInts("ids", 1200, part);
        Assert.That(part, Is.EqualTo(values[1200..2700]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadInts("ids", 1501, part));
    }

    [TestCase(int.MaxValue, true)]
    [TestCase(int.MinValue, true)]
    [TestCase(int.MaxValue + 1L, false)]
    [TestCase(int.MinValue - 1L, false)]
    [TestCase(1L << 32, false)]
    [TestCase(long.MinValue, false)]
    public void An_integer_beyond_32_bits_is_refused(long value, bool fits)
    {
        SafeTensorsWriter.Write(_path, [TensorData.FromInts("ids", [2], new[] { 0, value })]);
        using var file = SafeTensorsFile.Open(_path);
        var ids = new int[2];
        var reading = () => file.ReadInts("ids", 0, ids);
        Assert.That(reading, fits
            ? Throws.Nothing
            : Refusal($"{_path}: tensor 'ids': element 1 is {value}, which does not fit into 32 bits"));
        if (fits)
        {
            Assert.That(ids[1], Is.EqualTo(value));
        }
    }

    // The format asks for no alignment, and files of the Hub have none.
    [Test]
    public void Tensors_that_begin_at_odd_bytes_are_read()
    {
        var header = """
            {"m":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"F32","shape":[2],"data_offsets":[1,9]},
            "h":{"dtype":"F16","shape":[1],"data_offsets":[9,11]},"n":{"dtype":"I64","shape":[1],"data_offsets":[11,19]}}
            """.ReplaceLineEndings("");
        header += new string(' ', header.Length % 2);
        File.WriteAllBytes(_path,
        [
            .. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), 1,
            .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f), .. BitConverter.GetBytes((Half)3), .. BitConverter.GetBytes(-4L),
        ]);
        using var file = SafeTensorsFile.Open(_path);
        Assert.That(file.Find("w").Offset % 2, Is.EqualTo(1));
        Assert.That(file.ReadFloats("w"), Is.EqualTo(new[] { 1.5f, -2f }));
        Assert.That(file.ReadFloats("h"), Is.EqualTo(new[] { 3f }));
        Assert.That(file.ReadInts("n"), Is.EqualTo(new[] { -4L }));
    }

    [Test]
    public void A_tensor_far_larger_than_memory_is_never_copied_whole()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("a file with a hole in it is made by SetLength on Unix");
        const long Count = 20_000_000_000; // 80 GB of zeros that take no room on the disk, but for the last
        var header = $$$"""{"w":{"dtype":"F32","shape":[{{{Count}}}],"data_offsets":[0,{{{Count * sizeof(float)}}}]}}""";
        using (var stream = File.Create(_path))
        {
            stream.Write([.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header)]);
            stream.Position += (Count - 1) * sizeof(float);
            stream.Write(BitConverter.GetBytes(7f));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var file = SafeTensorsFile.Open(_path);
        Span<float> last = stackalloc float[3];
        file.ReadFloats("w", Count - 3, last);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
        Assert.That(last.ToArray(), Is.EqualTo(new[] { 0f, 0f, 7f }));
        Assert.That(() => file.ReadFloats("w"), Refusal($"{_path}: tensor 'w': F32 [{Count}] is longer than an array can be"));
    }

    [Test]
    public void The_wrong_type_and_the_wrong_name_are_refused_by_name()
    {
        SafeTensorsWriter.Write(_path,
            [TensorData.FromBytes("d", ElementType.Float64, [1], new byte[8]), TensorData.FromInts("n", [1], new[] { 1 })]);
        using var file = SafeTensorsFile.Open(_path);
        Assert.Multiple(() =>
        {
            Assert.That(file.Tensors["d"].ElementType, Is.EqualTo(ElementType.Float64), "listed all the same");
            Assert.That(() => file.ReadFloats("d"), Refusal($"{_path}: tensor 'd': holds F64, expected F32, F16 or BF16"));
            Assert.That(() => file.ReadFloats("n"), Refusal($"{_path}: tensor 'n': holds I32, expected F32, F16 or BF16"));
            Assert.That(() => file.ReadInts("d"), Refusal($"{_path}: tensor 'd': holds F64, expected I64, I32, U8 or BOOL"));
            Assert.That(() => file.ReadFloats("x"), Refusal($"{_path}: tensor 'x': is not in this file"));
        });
    }

    [Test]
    public void A_closed_file_is_not_read()
    {
        SafeTensorsWriter.Write(_path, [TensorData.FromFloats("w", [1], new[] { 1f })]);
        var file = SafeTensorsFile.Open(_path);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadFloats("w"));
    }

    [Test]
    public void A_file_may_be_replaced_while_it_is_open()
    {
        SafeTensorsWriter.Write(_path, [TensorData.FromFloats("w", [1], new[] { 1f })]);
        using var old = SafeTensorsFile.Open(_path);
        SafeTensorsWriter.Write(_path, [TensorData.FromFloats("w", [1], new[] { 2f })]);
        using var replaced = SafeTensorsFile.Open(_path);
        Assert.That(old.ReadFloats("w"), Is.EqualTo(new[] { 1f }));
        Assert.That(replaced.ReadFloats("w"), Is.EqualTo(new[] { 2f }));
    }

    [Test]
    public void What_cannot_be_stored_is_refused_and_the_old_file_stays()
    {
        SafeTensorsWriter.Write(_path, [TensorData.FromFloats("w", [1], new[] { 1f })]);
        var old = File.ReadAllBytes(_path);
        var one = TensorData.FromFloats("w", [1], new[] { 2f });
        var liar = TensorData.Deferred("w", ElementType.Float32, [2], stream => stream.Write(new byte[7]));
        Assert.Multiple(() =>
        {
            Assert.That(() => SafeTensorsWriter.Write(_path, [one, one]), Refusal($"{_path}: tensor 'w': is given twice"));
            Assert.That(() => SafeTensorsWriter.Write(_path, [TensorData.FromFloats("__metadata__", [0], Array.Empty<float>())]),
                Refusal($"{_path}: tensor '__metadata__': the name is reserved"));
            Assert.That(() => SafeTensorsWriter.Write(_path, [liar]), Refusal($"{_path}: tensor 'w': wrote 7 bytes, announced 8"));
            Assert.That(() => TensorData.FromFloats("w", [2, 2], new float[3]),
                Throws.ArgumentException.With.Message.StartsWith("tensor 'w' F32 [2, 2] takes 16 bytes, 12 were given"));
            Assert.That(() => TensorData.FromFloats("w", [-1], new float[1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(old));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "model.safetensors" }));
    }

    [Test]
    public void A_deferred_tensor_is_written_when_its_turn_comes()
    {
        SafeTensorsWriter.Write(_path, [TensorData.Deferred("w", ElementType.Float32, [1000], stream =>
        {
            Span<byte> element = stackalloc byte[sizeof(float)];
            for (var i = 0; i < 1000; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(element, i);
                stream.Write(element);
            }
        })]);
        using var file = SafeTensorsFile.Open(_path);
        Assert.That(file.ReadFloats("w"), Is.EqualTo(Enumerable.Range(0, 1000)));
    }

    [Test]
    public void Names_of_any_script_come_back()
    {
        string[] names = ["", "a b", "ключ", "\"quoted\\\"", "emoji 🙂", "line\nbreak"];
        SafeTensorsWriter.Write(_path, names.Select(n => TensorData.FromFloats(n, [], new[] { 1f })));
        using var file = SafeTensorsFile.Open(_path);
        Assert.That(file.Tensors.Keys, Is.EqualTo(names));
    }

    [TestCaseSource(nameof(AllTypes))]
    public void The_code_of_every_type_is_understood_again(ElementType type)
    {
        Assert.That(ElementTypes.TryParse(type.Code(), out var parsed), Is.True);
        Assert.That(parsed, Is.EqualTo(type));
        Assert.That(type.ByteSize(), Is.EqualTo(1).Or.EqualTo(2).Or.EqualTo(4).Or.EqualTo(8));
    }

    private static ElementType[] AllTypes() => Enum.GetValues<ElementType>();

    private static EqualStringConstraint Refusal(string message) => Throws.InstanceOf<CheckpointException>().With.Message.EqualTo(message);

    private static uint[] Bits(IEnumerable<float> values) => [.. values.Select(BitConverter.SingleToUInt32Bits)];
}
