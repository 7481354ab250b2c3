using System.Diagnostics;
using System.Text;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Engine.Tests.Checkpoints;

public class SafeTensorsMalformedTests
{
    private TemporaryFolder _folder = null!;
    private string _path = null!;

    [SetUp]
    public void CreateFolder()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File("bad.safetensors");
    }

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    /// <summary>Headers that break one rule each: the header, bytes of data after it, and what the message says.</summary>
    private static IEnumerable<TestCaseData> BadHeaders()
    {
        const string F32 = "\"dtype\":\"F32\"";

        static TestCaseData Case(string name, string header, int data, string message) =>
            new TestCaseData(header, data, message).SetArgDisplayNames(name);

        static string W(string fields) => "{\"w\":{" + fields + "}}";

        static string Tensor(string shape, string offsets) => $"{F32},\"shape\":{shape},\"data_offsets\":{offsets}";

        static string Two(string first, string second, string offsets) =>
            "{\"" + first + "\":{" + Tensor("[1]", "[0,4]") + "},\"" + second + "\":{" + Tensor("[1]", offsets) + "}}";

        yield return Case("no brace", """ {"w":1}""", 0, "the header does not begin with '{'");
        yield return Case("empty header", "", 0, "the header does not begin with '{'");
        yield return Case("an array", "[]", 0, "the header does not begin with '{'");
        yield return Case("cut JSON", """{"w":{""", 0, "the header is not valid JSON: ");
        yield return Case("text after it", "{} x", 0, "the header is not valid JSON: ");
        yield return Case("comments", "{/* */}", 0, "the header is not valid JSON: ");
        yield return Case("deep nesting", "{\"w\":" + new string('[', 100_000), 0, "tensor 'w': is not an object");
        yield return Case("deep nesting in a field", W("\"x\":" + new string('[', 100_000)), 0, "the header is not valid JSON: ");
        yield return Case("half a surrogate pair", """{"\ud800":{}}""", 0, "the header holds text that is not valid Unicode");
        yield return Case("tensor is a number", """{"w":1}""", 0, "tensor 'w': is not an object");
        yield return Case("no dtype", W("\"shape\":[1],\"data_offsets\":[0,4]"), 4, "tensor 'w': has no dtype");
        yield return Case("no shape", W($"{F32},\"data_offsets\":[0,4]"), 4, "tensor 'w': has no shape");
        yield return Case("no offsets", W($"{F32},\"shape\":[1]"), 4, "tensor 'w': data_offsets are not two numbers");
        yield return Case("one offset", W(Tensor("[1]", "[0]")), 4, "data_offsets are not two numbers");
        yield return Case("three offsets", W(Tensor("[1]", "[0,4,4]")), 4, "data_offsets holds more than 2 numbers");
        yield return Case("unknown type", W("\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]"), 4,
            "tensor 'w': the element type F31 is not known");
        yield return Case("type is a number", W("\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]"), 4, "dtype is not a string");
        yield return Case("shape is a number", W(Tensor("1", "[0,4]")), 4, "shape is not an array");
        yield return Case("negative extent", W(Tensor("[-1]", "[0,4]")), 4, "shape holds what is not a whole number");
        yield return Case("two negative extents", W(Tensor("[-1,-1]", "[0,4]")), 4, "shape holds what is not a whole");
        yield return Case("fractional extent", W(Tensor("[1.0]", "[0,4]")), 4, "shape holds what is not a whole number");
        yield return Case("extent in quotes", W(Tensor("[\"1\"]", "[0,4]")), 4, "shape holds what is not a whole number");
        yield return Case("extent beyond 64 bits", W(Tensor("[18446744073709551616]", "[0,4]")), 4, "shape holds what");
        yield return Case("rank 65", W(Tensor($"[1{string.Concat(Enumerable.Repeat(",1", 64))}]", "[0,4]")), 4,
            "shape holds more than 64 numbers");
        yield return Case("product overflows", W(Tensor("[4611686018427387904,4]", "[0,0]")), 0,
            "has more elements than a file can hold");
        yield return Case("product overflows before a zero", W(Tensor("[4611686018427387904,4,0]", "[0,0]")), 0,
            "has more elements than a file can hold");
        yield return Case("shape too small", W(Tensor("[1]", "[0,8]")), 8,
            "tensor 'w': F32 [1] takes 4 bytes, data_offsets span 8");
        yield return Case("shape too big", W(Tensor("[2,2]", "[0,8]")), 8, "F32 [2, 2] takes 16 bytes");
        yield return Case("end before begin", W(Tensor("[1]", "[4,0]")), 4, "data_offsets [4, 0] are not a range");
        yield return Case("negative offset", W(Tensor("[1]", "[-4,0]")), 4, "data_offsets holds what is not");
        yield return Case("past the end", W(Tensor("[2]", "[0,8]")), 7,
            "data_offsets [0, 8] are not a range inside the data section of 7 bytes");
        yield return Case("offsets that wrap", W(Tensor("[1]", "[9223372036854775807,4]")), 4, "are not a range");
        yield return Case("hole", W(Tensor("[1]", "[4,8]")), 8,
            "tensor 'w': its data leaves a hole before it: begins at 4, not 0");
        yield return Case("overlap", Two("a", "b", "[3,7]"), 8, "tensor 'b': its data overlaps the tensor before it: begins at 3, not 4");
        yield return Case("data nobody names", W(Tensor("[1]", "[0,4]")), 6,
            "the tensors cover 4 bytes of data, the file holds 6");
        yield return Case("name twice", Two("a", "a", "[4,8]"), 8, "tensor 'a': is named twice");
        yield return Case("name twice, once escaped", Two("a", "\\u0061", "[4,8]"), 8, "tensor 'a': is named twice");
        yield return Case("field twice", W($"{F32},\"shape\":[2],\"shape\":[1],\"data_offsets\":[0,4]"), 4, "shape is given twice");
        yield return Case("metadata twice", """{"__metadata__":{},"__metadata__":{}}""", 0, "the header holds __metadata__ twice");
        yield return Case("metadata key twice", """{"__metadata__":{"a":"1","a":"2"}}""", 0, "tensor '__metadata__': holds 'a' twice");
        yield return Case("metadata is a list", """{"__metadata__":[]}""", 0, "tensor '__metadata__': is not an object");
        yield return Case("metadata holds a number", """{"__metadata__":{"a":1}}""", 0, "the value of 'a' is not a string");
    }

    [TestCaseSource(nameof(BadHeaders))]
    public void A_bad_header_is_refused(string header, int data, string message)
    {
        Write(header.Length, Encoding.ASCII.GetBytes(header), new byte[data]);
        AssertRefused(message);
    }

    [Test]
    public void A_header_that_is_not_UTF8_is_refused()
    {
        Write(9, [(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'{', (byte)'}', (byte)'}'], []);
        AssertRefused("the header is not valid UTF-8");
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(7)]
    public void A_file_too_short_for_its_length_is_refused(int bytes)
    {
        File.WriteAllBytes(_path, new byte[bytes]);
        AssertRefused($"{bytes} bytes are too few for a safetensors file");
    }

    [TestCase(3, "the header's 3 bytes reach past the end of the file")]
    [TestCase(100_000_000, "the header's 100000000 bytes reach past the end of the file")]
    [TestCase(100_000_001, "a header of 100000001 bytes is more than the allowed 100000000")]
    [TestCase(long.MaxValue, "a header of 9223372036854775807 bytes is more than the allowed")]
    [TestCase(-1, "a header of 18446744073709551615 bytes is more than the allowed")]
    public void A_header_longer_than_the_file_or_the_limit_is_refused(long length, string message)
    {
        Write(length, "{}"u8.ToArray(), []);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(message);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000), "nothing of that length is allocated");
    }

    [Test]
    public void A_missing_file_and_a_folder_are_refused()
    {
        AssertRefused("there is no such file");
        Directory.CreateDirectory(_path);
        AssertRefused("is a folder, not a file");
    }

    [Test]
    public void A_hostile_name_still_gives_one_short_line()
    {
        var header = $$"""{"a\n\u001b[31m{{new string('x', 10_000)}}":1}""";
        Write(header.Length, Encoding.ASCII.GetBytes(header), []);
        var message = Assert.Throws<CheckpointException>(() => SafeTensorsFile.Open(_path))!.Message;
        Assert.That(message, Does.StartWith($"{_path}: tensor 'a??[31mxxx").And.EndWith("...': is not an object"));
        Assert.That(message, Has.Length.LessThan(500));
    }

    [TestCase("""{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}     """, 4, Description = "a scalar, and padding")]
    [TestCase("""{"w":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0]}}""", 0, Description = "an empty tensor")]
    [TestCase("""{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"later":{"x":[1]}}}""", 1, Description = "an unknown field")]
    [TestCase("""{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2)]
    [TestCase("""{"e":{"dtype":"U8","shape":[0],"data_offsets":[1,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1)]
    public void What_the_format_allows_is_read(string header, int data)
    {
        Write(header.Length, Encoding.ASCII.GetBytes(header), new byte[data]);
        using var file = SafeTensorsFile.Open(_path);
        Assert.That(file.Find("w").ByteLength, Is.EqualTo(file.ReadBytes("w").Length));
    }

    [Test]
    public void Mutations_of_a_good_file_are_read_or_refused_and_nothing_else()
    {
        SafeTensorsWriter.Write(_path,
            [
                TensorData.FromFloats("encoder.weight", [3, 4], new float[12]),
                TensorData.FromInts("steps", [], new[] { 7L }),
                TensorData.FromBytes("mask", ElementType.Bool, [5], new byte[5]),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });
        var good = File.ReadAllBytes(_path);
        var random = new Random(1);
        var clock = Stopwatch.StartNew();
        var (tried, refused) = (0, 0);
        for (; tried < 4000 && clock.Elapsed < TimeSpan.FromSeconds(5); tried++)
        {
            File.WriteAllBytes(_path, Mutate(good, random));
            try
            {
                using var file = SafeTensorsFile.Open(_path);
                foreach (var entry in file.Tensors.Values)
                {
                    file.ReadBytes(entry.Name);
                }
            }
            catch (CheckpointException e)
            {
                refused++;
                Assert.That(e.Message, Does.StartWith(_path + ": ").And.Not.Contains("\n"));
            }
        }

        TestContext.Out.WriteLine($"{tried} mutations, {refused} refused");
        Assert.That(tried, Is.GreaterThan(200));
        Assert.That(refused, Is.GreaterThan(tried / 4), "most mutations hit the header");
    }

    // Flips, overwrites, inserts, removes or repeats a few bytes, mostly in the header.
    private static byte[] Mutate(byte[] good, Random random)
    {
        const string Interesting = "{}[]\":,0123456789-eEx\\/ ntf\0\u007f";
        var bytes = new List<byte>(good);
        for (var changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)Interesting[random.Next(Interesting.Length)];
                    break;
                case 2:
                    bytes.Insert(at, (byte)Interesting[random.Next(Interesting.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                default:
                    bytes[random.Next(Math.Min(8, bytes.Count))] = (byte)random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }

    private void Write(long length, byte[] header, byte[] data) =>
        File.WriteAllBytes(_path, [.. BitConverter.GetBytes(length), .. header, .. data]);

    private void AssertRefused(string message)
    {
        var refused = Assert.Throws<CheckpointException>(() => SafeTensorsFile.Open(_path))!;
        Assert.That(refused.Message, Does.StartWith(_path + ": ").And.Contains(message).And.Not.Contains("\n"));
        Assert.That(refused.File, Is.EqualTo(_path));
    }
}
