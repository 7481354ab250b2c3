using System.CommandLine;
using GpuSeq.Engine;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq kernels</c>.</summary>
internal static class KernelsCommand
{
    public static Command Create(CommandOutput output) => new("kernels", "Look at the kernels, and at what they become on a GPU.")
    {
        List(output),
        Show(output),
    };

    private static Command List(CommandOutput output)
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "List the kernels: those for GPUs, and those that CPUs alone run.") { json };
        command.SetAction(call =>
        {
            var kernels = KernelSources.List();
            if (call.GetValue(json))
            {
                output.Json(kernels.Select(kernel => new { kernel.Name, Lanes = Lanes(kernel), For = For(kernel) }));
                return ExitCode.Success;
            }
            output.Table(["KERNEL", "FOR", "LANES"], kernels.Select(kernel => new[] { kernel.Name, For(kernel), Lanes(kernel) }));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Show(CommandOutput output)
    {
        var name = new Argument<string>("NAME") { Description = "The kernel, as 'gpuseq kernels list' names it." };
        var device = new Option<string>("--device")
        {
            Description = "opencl or cuda, also where there is no such device.",
            HelpName = "D",
            Required = true,
        };
        var command = new Command("show", "Show the C that a kernel is translated to.") { name, device };
        command.SetAction(call =>
        {
            output.Out.WriteLine(KernelSources.Show(call.GetValue(name)!, call.GetValue(device)!).TrimEnd());
            return ExitCode.Success;
        });
        return command;
    }

    private static string For(KernelEntry kernel) => kernel.IsForGpus ? "gpu" : "cpu";

    private static string Lanes(KernelEntry kernel) => kernel.IsExplicit ? "grouped" : "single";
}
