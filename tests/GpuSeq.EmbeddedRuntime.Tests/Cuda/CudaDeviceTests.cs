using ILGPU;
using ILGPU.Runtime.Cuda;

namespace GpuSeq.EmbeddedRuntime.Tests.Cuda;

/// <summary>Devices are listed, or it is said why there are none.</summary>
public class CudaDeviceTests
{
    [Test]
    public void Contexts_list_the_devices_that_there_are()
    {
        using var context = Context.Create(builder => builder.Cuda());
        Assert.That(context.GetDevices<CudaDevice>(), Has.Length.EqualTo(CudaDevice.All.Count));
        Assert.That(CudaDevice.Unavailable is null, Is.EqualTo(CudaDevice.All.Count > 0));
    }

    [Test]
    public void Devices_that_are_not_there_are_refused_with_the_reason()
    {
        using var context = Context.Create(builder => builder.Cuda());
        var reason = CudaDevice.Unavailable ?? $"the context has {CudaDevice.All.Count}";
        Assert.That(
            () => context.CreateCudaAccelerator(CudaDevice.All.Count),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(reason));
    }
}
