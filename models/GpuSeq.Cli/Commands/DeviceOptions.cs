using System.CommandLine;
using GpuSeq.Engine;

namespace GpuSeq.Cli.Commands;

/// <summary>The options that say what to compute on.</summary>
internal sealed class DeviceOptions
{
    public DeviceOptions(Command command)
    {
        command.Add(Device);
        command.Add(NoCache);
    }

    public Option<string> Device { get; } = new("--device")
    {
        Description = "What to compute on, as 'gpuseq devices' lists it.",
        HelpName = "D",
        DefaultValueFactory = _ => "cpu",
    };

    public Option<bool> NoCache { get; } = new("--no-cache")
    {
        Description = "On GPUs: compile every kernel anew, and keep none on disk.",
    };

    /// <summary>Opens the device that a call names.</summary>
    public Device Open(ParseResult call)
    {
        Engine.Device.CachesKernels = !call.GetValue(NoCache);
        return Engine.Device.Open(call.GetValue(Device)!);
    }
}
