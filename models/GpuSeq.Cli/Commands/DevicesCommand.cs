using System.CommandLine;
using GpuSeq.Engine;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq devices</c>.</summary>
internal static class DevicesCommand
{
    public static Command Create(CommandOutput output)
    {
        var json = CommonOptions.Json();
        var command = new Command("devices", "List what kernels can run on, and why something cannot.") { json };
        command.SetAction(call =>
        {
            var devices = Device.List();
            if (call.GetValue(json))
            {
                output.Json(devices.Select(device => new
                {
                    device.Id,
                    device.Name,
                    device.Kind,
                    device.MemoryBytes,
                    Available = device.IsAvailable,
                    device.Reason,
                }));
                return ExitCode.Success;
            }
            output.Table(
                ["DEVICE", "NAME", "MEMORY ", "STATE"],
                devices.Select(device => new[]
                {
                    device.Id,
                    device.Name,
                    device.IsAvailable ? Format.Bytes(device.MemoryBytes) : "",
                    device.IsAvailable ? "available" : $"not available: {device.Reason}",
                }));
            return ExitCode.Success;
        });
        return command;
    }
}
