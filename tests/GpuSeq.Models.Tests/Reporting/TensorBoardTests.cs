using System.Text;
using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.TensorBoard;

namespace GpuSeq.Models.Tests.Reporting;

public sealed class TensorBoardTests
{
    [Test]
    public void Checksum_IsThatOfTheStandard()
    {
        // RFC 3720, appendix B.4, and the customary check value.
        using (Assert.EnterMultipleScope())
        {
            Assert.That(EventFileReader.Crc(Encoding.ASCII.GetBytes("123456789")), Is.EqualTo(0xE3069283));
            Assert.That(EventFileReader.Crc(new byte[32]), Is.EqualTo(0x8A9136AA));
        }
    }

    [Test]
    public void Scalars_AreReadBackUnderTheirNames()
    {
        using var folder = new TemporaryFolder();
        var time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var line = LoggedLine.Of(new()
        {
            Step = 70_000,
            Epoch = 1.5,
            Split = "validation",
            Loss = 0.25,
            Metrics = new Dictionary<string, double> { ["accuracy"] = 0.75 },
        });
        string path;
        using (var log = new TensorBoardLog(folder.File("events")))
        {
            path = log.Path;
            log.Add(line, time);
        }
        var events = EventFileReader.Records(File.ReadAllBytes(path)).Select(record => EventFileReader.Message(record)).ToArray();
        var values = events.Skip(1).Select(Value).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Path.GetFileName(path), Does.StartWith("events.out.tfevents."));
            Assert.That(events[0].Single(3).Text, Is.EqualTo("brain.Event:2"));
            Assert.That(events.Skip(1).Select(message => message.Single(1).Double), Has.All.EqualTo(1.7e9));
            Assert.That(events.Skip(1).Select(message => message.Single(2).Bits), Has.All.EqualTo(70_000));
            Assert.That(
                values.Select(value => (value.Single(1).Text, value.Single(2).Single)),
                Is.EquivalentTo(new[] { ("validation/epoch", 1.5f), ("validation/loss", 0.25f), ("validation/accuracy", 0.75f) }));
        }
    }

    [Test]
    public void Samples_AreTextsOfThePlugIn()
    {
        using var folder = new TemporaryFolder();
        string path;
        using (var log = new TensorBoardLog(folder.Path))
        {
            path = log.Path;
            log.Add(new Sample(5, "2 + 2", "4\nor so", "4"), number: 1);
        }
        var value = Value(EventFileReader.Message(EventFileReader.Records(File.ReadAllBytes(path))[1]));
        var tensor = EventFileReader.Message(value.Single(8).Bytes);
        var dimension = EventFileReader.Message(EventFileReader.Message(tensor.Single(2).Bytes).Single(2).Bytes);
        var plugin = EventFileReader.Message(EventFileReader.Message(value.Single(9).Bytes).Single(1).Bytes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(value.Single(1).Text, Is.EqualTo("sample/1"));
            Assert.That(tensor.Single(1).Bits, Is.EqualTo(7), "the type of strings");
            Assert.That(dimension.Single(1).Bits, Is.EqualTo(1));
            Assert.That(tensor.Single(8).Text, Does.Contain("    2 + 2\n").And.Contain("    4\n    or so\n"));
            Assert.That(plugin.Single(1).Text, Is.EqualTo("text"));
        }
    }

    [Test]
    public void Log_CanBeReadWhileItIsWritten()
    {
        using var folder = new TemporaryFolder();
        using var log = new TensorBoardLog(folder.Path);
        log.Add(new LoggedLine(1, "train", new Dictionary<string, double> { ["loss"] = double.NaN }));
        using var file = new FileStream(log.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        Assert.That(EventFileReader.Records(bytes), Has.Count.EqualTo(2));
    }

    // The value of an event's summary.
    private static List<Field> Value(List<Field> message) =>
        EventFileReader.Message(EventFileReader.Message(message.Single(5).Bytes).Single(1).Bytes);
}
