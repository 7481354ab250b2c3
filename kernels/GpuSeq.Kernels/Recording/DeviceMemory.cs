using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Recording;

/// <summary>Copies to and on the device that are recorded as launches are.</summary>
public static class DeviceMemory
{
    /// <summary>Copies elements to another place of the device.</summary>
    public static void Copy<T>(this KernelLibrary library, ArrayView<T> source, ArrayView<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(library);
        if (source.Length == 0)
            return;
        library.Recorder?.Add(new Copy(source.Cast<byte>(), target.Cast<byte>()));
        source.CopyTo(target);
    }

    /// <summary>Sets elements to zero.</summary>
    public static void Clear<T>(this KernelLibrary library, ArrayView<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(library);
        if (target.Length == 0)
            return;
        library.Recorder?.Add(new Clear(target.Cast<byte>()));
        target.MemSetToZero();
    }

    /// <summary>Copies values of the program to the device.</summary>
    public static void Upload<T>(this KernelLibrary library, IHostSource<T> source, ArrayView<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(library);
        ArgumentNullException.ThrowIfNull(source);
        if (target.Length == 0)
            return;
        library.Recorder?.Add(new Upload<T>(source, target));
        target.CopyFromCPU(source.Values);
    }

    /// <summary>Does work once, as the first run of a step needs it and its replays do not.</summary>
    public static void Unrecorded(this KernelLibrary library, Action action)
    {
        ArgumentNullException.ThrowIfNull(library);
        ArgumentNullException.ThrowIfNull(action);
        if (library.Recorder is { } recorder)
            recorder.Suspend(action);
        else
            action();
    }

    /// <summary>
    /// Does work of the program that a replay does again as it stands, because what it launches differs from step to step. What
    /// it launches is not recorded.
    /// </summary>
    public static void Repeat(this KernelLibrary library, Action action)
    {
        ArgumentNullException.ThrowIfNull(library);
        ArgumentNullException.ThrowIfNull(action);
        if (library.Recorder is { } recorder)
            recorder.Repeat(action);
        else
            action();
    }
}
