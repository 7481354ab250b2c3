using System.Collections.Concurrent;
using System.Reflection;

namespace ILGPU.Runtime.CPU.Stepping;

/// <summary>A kernel that lanes leave where they wait and enter again later.</summary>
/// <param name="step">Runs one lane until it waits or ends.</param>
/// <param name="frame">What a lane keeps while it waits.</param>
internal sealed class KernelSteps(Delegate step, FrameType frame)
{
    private static readonly ConcurrentDictionary<MethodInfo, Rewritten> Kernels = new();

    private readonly ConcurrentBag<LaneFrames> _idle = [];

    public Delegate Step { get; } = step;

    /// <summary>Rewrites a kernel, or finds it where that was done before.</summary>
    public static Rewritten Of(MethodInfo kernel) => Kernels.GetOrAdd(kernel, static kernel =>
    {
        try
        {
            return StepRewriter.Rewrite(kernel) is { } steps ? new(steps, Waits: true) : new(null, Waits: false);
        }
        catch (NotSupportedException)
        {
            return new(null, Waits: true);
        }
    });

    public LaneFrames Rent(int lanes)
    {
        if (!_idle.TryTake(out var frames))
            frames = frame.CreateFrames();
        frames.Resize(lanes);
        return frames;
    }

    public void Return(LaneFrames frames) => _idle.Add(frames);

    /// <summary>What became of a kernel.</summary>
    /// <param name="Steps">The rewritten kernel; null where it needs none, or cannot be rewritten.</param>
    /// <param name="Waits">Whether lanes wait in it.</param>
    internal sealed record Rewritten(KernelSteps? Steps, bool Waits);
}
