namespace GpuSeq.Engine.Tests;

/// <summary>Devices are named, listed and opened.</summary>
public sealed class DeviceTests
{
    [TestCase("opencl", "opencl", 0)]
    [TestCase("opencl:1", "opencl", 1)]
    [TestCase("cuda:0", "cuda", 0)]
    [TestCase("cuda:12", "cuda", 12)]
    public void Names_are_a_kind_and_a_number(string id, string kind, int number)
    {
        Assert.That(DeviceKind.Parse(id, out var parsed)?.Id, Is.EqualTo(kind));
        Assert.That(parsed, Is.EqualTo(number));
    }

    [TestCase("")]
    [TestCase("gpu")]
    [TestCase("opencl:")]
    [TestCase("opencl:-1")]
    [TestCase("cuda: 1")]
    [TestCase("cuda:1:2")]
    [TestCase("cuda:99999999999")]
    [TestCase("cpu:0")]
    public void Other_names_are_refused(string id) => Assert.That(
        () => Device.Open(id), Throws.TypeOf<DeviceException>().With.Message.StartsWith($"There is no device {id}. There is: cpu"));

    [Test]
    public void What_is_listed_opens_and_what_is_missing_says_why([Values("cpu", "opencl", "cuda")] string kind)
    {
        var devices = Device.List().Where(device => device.Kind == kind).ToArray();
        Assert.That(devices, Is.Not.Empty);
        foreach (var info in devices.Where(device => device.IsAvailable))
        {
            using var device = Device.Open(info.Id);
            Assert.That((device.Id, device.Name, device.IsCpu), Is.EqualTo((info.Id, info.Name, kind == "cpu")));
            Assert.That(info.MemoryBytes, Is.Positive);
            Assert.That(info.Reason, Is.Null);
        }
        foreach (var info in devices.Where(device => !device.IsAvailable))
        {
            Assert.That(info.Reason, Is.Not.Empty);
            Assert.That(
                () => Device.Open(info.Id), Throws.TypeOf<DeviceException>().With.Message.EqualTo($"Device {info.Id} cannot be used: {info.Reason}."));
        }
    }
}
