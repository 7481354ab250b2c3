using System.Globalization;
using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>The processor that runs the program, as a device.</summary>
public sealed class CPUDevice : Device
{
    private const int MaxLanesPerGroup = 1024;
    private const int SharedMemoryBytes = 48 * 1024;

    /// <summary>A CPU device of a given shape.</summary>
    /// <param name="numThreadsPerWarp">The lanes of a warp: a power of two, at least 2.</param>
    /// <param name="numWarpsPerMultiprocessor">
    /// How many warps a group may have. ILGPU's CPU accelerator needs it; here a group has up to 1,024 lanes however it is set.
    /// </param>
    /// <param name="numMultiprocessors">The number of threads that kernels run on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public CPUDevice(int numThreadsPerWarp, int numWarpsPerMultiprocessor, int numMultiprocessors)
    {
        if (numThreadsPerWarp < 2 || !int.IsPow2(numThreadsPerWarp))
            throw new ArgumentOutOfRangeException(nameof(numThreadsPerWarp), "A warp has a power of two lanes, at least 2.");
        if (numWarpsPerMultiprocessor < 1 || !int.IsPow2(numWarpsPerMultiprocessor))
            throw new ArgumentOutOfRangeException(nameof(numWarpsPerMultiprocessor), "A multiprocessor has a power of two warps.");
        ArgumentOutOfRangeException.ThrowIfLessThan(numMultiprocessors, 1);
        Name = ProcessorName();
        MemorySize = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        WarpSize = numThreadsPerWarp;
        NumMultiprocessors = numMultiprocessors;
        MaxNumThreadsPerGroup = MaxLanesPerGroup;
        MaxNumThreadsPerMultiprocessor = MaxLanesPerGroup;
        MaxGroupSize = new(MaxLanesPerGroup, MaxLanesPerGroup, MaxLanesPerGroup);
        MaxGridSize = new(int.MaxValue, ushort.MaxValue, ushort.MaxValue);
        MaxSharedMemoryPerGroup = SharedMemoryBytes;
    }

    /// <summary>One thread for each core, and warps of 32 lanes as on NVIDIA GPUs.</summary>
    public static CPUDevice Default { get; } = new(32, 1, Environment.ProcessorCount);

    /// <inheritdoc/>
    public override AcceleratorType AcceleratorType => AcceleratorType.CPU;

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => CreateCPUAccelerator(context);

    /// <summary>Creates an accelerator on this device.</summary>
    public CPUAccelerator CreateCPUAccelerator(Context context) => new(context, this);

    // Linux says it in /proc/cpuinfo; elsewhere the architecture has to do.
    private static string ProcessorName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        var line = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? string.Create(CultureInfo.InvariantCulture, $"{RuntimeInformation.ProcessArchitecture} processor");
    }
}
