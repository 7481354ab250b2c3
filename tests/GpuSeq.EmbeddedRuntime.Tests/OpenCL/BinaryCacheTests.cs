using ILGPU.Runtime;
using ILGPU.Runtime.Devices;

namespace GpuSeq.EmbeddedRuntime.Tests.OpenCL;

/// <summary>Compiled kernels are kept on disk, and whatever happens to them there, kernels run.</summary>
[NonParallelizable]
public class BinaryCacheTests
{
    private const string Variable = "GPUSEQ_CACHE";

    private string? _before;
    private string _folder = "";

    [SetUp]
    public void SetUp()
    {
        _before = Environment.GetEnvironmentVariable(Variable);
        _folder = Path.Combine(Path.GetTempPath(), $"gpuseq-cache-{Guid.NewGuid():n}");
        Environment.SetEnvironmentVariable(Variable, _folder);
    }

    [TearDown]
    public void TearDown()
    {
        BinaryCache.IsEnabled = true;
        Environment.SetEnvironmentVariable(Variable, _before);
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void What_was_stored_comes_back()
    {
        var key = BinaryCache.Key("source", "options");
        Assert.That(BinaryCache.Read(key), Is.Null);
        BinaryCache.Write(key, [1, 2, 3]);
        Assert.Multiple(() =>
        {
            Assert.That(BinaryCache.Read(key), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(BinaryCache.Read(BinaryCache.Key("sourceo", "ptions")), Is.Null);
            Assert.That(Files(), Has.Length.EqualTo(1).And.All.StartsWith(Path.Combine(_folder, "kernels", key)));
        });
    }

    [TestCase(0)]
    [TestCase(20)]
    [TestCase(34)]
    public void Damaged_and_cut_entries_are_no_entries(int length)
    {
        var key = BinaryCache.Key("source");
        BinaryCache.Write(key, [1, 2, 3]);
        var bytes = File.ReadAllBytes(Files()[0]);
        File.WriteAllBytes(Files()[0], bytes[..length]);
        Assert.That(BinaryCache.Read(key), Is.Null);
        bytes[^1] ^= 1;
        File.WriteAllBytes(Files()[0], bytes);
        Assert.That(BinaryCache.Read(key), Is.Null);
        BinaryCache.Write(key, [4]);
        Assert.That(BinaryCache.Read(key), Is.EqualTo(new byte[] { 4 }));
    }

    [Test]
    public void It_can_be_turned_off()
    {
        var key = BinaryCache.Key("source");
        BinaryCache.Write(key, [1]);
        BinaryCache.IsEnabled = false;
        Assert.That(BinaryCache.Read(key), Is.Null);
        BinaryCache.Write(BinaryCache.Key("other"), [1]);
        Assert.That(Files(), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_folder_that_cannot_be_written_does_not_matter()
    {
        Environment.SetEnvironmentVariable(Variable, typeof(BinaryCacheTests).Assembly.Location); // a file, no folder
        var key = BinaryCache.Key("source");
        Assert.That(() => BinaryCache.Write(key, [1]), Throws.Nothing);
        Assert.That(BinaryCache.Read(key), Is.Null);
    }

    [Test]
    public void The_oldest_go_first()
    {
        for (var i = 0; i < 4; i++)
        {
            BinaryCache.Write(BinaryCache.Key($"{i}"), new byte[100]);
            File.SetLastWriteTimeUtc(Path.Combine(_folder, "kernels", BinaryCache.Key($"{i}") + ".bin"), new(2020, 1, 1 + i));
        }
        BinaryCache.Read(BinaryCache.Key("0")); // used again
        BinaryCache.Trim(Path.Combine(_folder, "kernels"), 300);
        Assert.That(Enumerable.Range(0, 4).Where(i => BinaryCache.Read(BinaryCache.Key($"{i}")) is not null), Is.EqualTo(new[] { 0, 3 }));
    }

    [Test]
    [Category("OpenCL")]
    public void Kernels_are_taken_from_it_and_built_anew_when_they_are_damaged()
    {
        using var device = new OpenCLDevice();
        Run(device);
        Assert.That(Files(), Has.Length.EqualTo(1));
        var file = Files()[0];
        var first = File.ReadAllBytes(file);
        Run(device);
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(first));
        foreach (var damage in new Action[] { () => first[^1] ^= 1, () => first = first[..50], () => first = [] })
        {
            damage();
            File.WriteAllBytes(file, first);
            Run(device);
            Assert.That(File.ReadAllBytes(file), Has.Length.GreaterThan(first.Length).Or.Not.EqualTo(first));
            first = File.ReadAllBytes(file);
        }
        var key = Path.GetFileNameWithoutExtension(file);
        BinaryCache.Write(key, [1, 2, 3]); // whole, but no program
        Run(device);
        Assert.That(BinaryCache.Read(key), Has.Length.GreaterThan(3));
        BinaryCache.IsEnabled = false;
        File.Delete(file);
        Run(device);
        Assert.That(Files(), Is.Empty);
    }

    private static void Run(OpenCLDevice device)
    {
        using var buffer = device.Allocate<int>(1);
        var kernel = device.Build("__global uchar* data, long offset, long length", "*(__global int*)(data + offset) = 7;");
        OpenCLDevice.Add(kernel.Begin(), buffer.View.BaseView);
        kernel.Launch(device.Stream, 1);
        Assert.That(buffer.GetAsArray1D(), Is.EqualTo(new[] { 7 }));
    }

    private string[] Files() => Directory.GetFiles(Path.Combine(_folder, "kernels"));
}
