using System.Reflection;
using System.Runtime.InteropServices;
using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models.Reporting;

/// <summary>What a run was made on, and how it was called: its <c>environment.json</c>.</summary>
public sealed record RunEnvironment
{
    /// <summary>The recipe.</summary>
    public string? Recipe { get; init; }

    /// <summary>What is counted in what it learns from, such as characters; in the plural.</summary>
    public string? Items { get; init; }

    /// <summary>What was typed.</summary>
    public string? CommandLine { get; init; }

    /// <summary>When this sitting of the run began.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>The device that computed, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string? Device { get; init; }

    /// <summary>The name that the device's maker gave it.</summary>
    public string? DeviceName { get; init; }

    /// <summary>The name that the processor's maker gave it.</summary>
    public string? Processor { get; init; }

    /// <summary>Threads that the processor runs at once.</summary>
    public int? Cores { get; init; }

    /// <summary>Bytes of memory that the process may use.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The operating system.</summary>
    public string? OperatingSystem { get; init; }

    /// <summary>The version of .NET.</summary>
    public string? DotnetVersion { get; init; }

    /// <summary>The version of GpuSeq.</summary>
    public string? GpuseqVersion { get; init; }

    /// <summary>This process, now.</summary>
    /// <param name="device">What computes.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="items">What is counted in what it learns from.</param>
    public static RunEnvironment Current(Device device, string recipe, string items)
    {
        ArgumentNullException.ThrowIfNull(device);
        var version = typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        var architecture = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        return new()
        {
            Recipe = recipe,
            Items = items,
            CommandLine = string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Prepend("gpuseq").Select(Quoted)),
            Started = DateTimeOffset.Now,
            Device = device.Id,
            DeviceName = device.Name,
            Processor = device.IsCpu ? device.Name : ProcessorName(),
            Cores = Environment.ProcessorCount,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            OperatingSystem = $"{RuntimeInformation.OSDescription.Trim()}, {architecture}",
            DotnetVersion = Environment.Version.ToString(),
            GpuseqVersion = version?.InformationalVersion,
        };
    }

    /// <summary>Reads the file of a run.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static RunEnvironment Load(string path) => JsonFile.Load<RunEnvironment>(path, "the environment of a run");

    /// <summary>Writes the file of a run.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void Save(string path) => JsonFile.Save(path, this);

    private static string ProcessorName()
    {
        using var processor = Engine.Device.Cpu(1);
        return processor.Name;
    }

    private static string Quoted(string argument) => argument.Length > 0 && !argument.Any(char.IsWhiteSpace) ? argument : $"\"{argument}\"";
}
