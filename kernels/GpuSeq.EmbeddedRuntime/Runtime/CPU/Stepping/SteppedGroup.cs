namespace ILGPU.Runtime.CPU.Stepping;

/// <summary>
/// Runs a group on the calling thread, lane by lane in the order of their numbers. A lane that waits leaves the rewritten
/// kernel; when all have waited or ended, those that waited for each other enter it again.
/// </summary>
internal sealed class SteppedGroup(CPUAccelerator accelerator) : GroupState(accelerator)
{
    /// <inheritdoc/>
    public override void Run(ExplicitKernel kernel, long group)
    {
        Begin(group);
        try
        {
            if (kernel.Rewritten.Steps is { } steps)
                RunSteps(kernel, steps);
            else
                RunThrough(kernel);
        }
        finally
        {
            LaneContext.Running = null;
        }
    }

    /// <inheritdoc/>
    public override void Block(LaneContext lane)
    {
        if (!lane.LeavesToWait())
        {
            throw new NotSupportedException(
                "A lane waits inside of a call that is not known before it is made: through a delegate, an interface or a class.");
        }
    }

    private void RunSteps(ExplicitKernel kernel, KernelSteps steps)
    {
        var frames = steps.Rent(Size);
        while (RunRunnable(kernel, steps.Step, frames))
            Release();
        steps.Return(frames);
    }

    /// <returns>Whether lanes wait.</returns>
    private bool RunRunnable(ExplicitKernel kernel, Delegate step, LaneFrames frames)
    {
        var waiting = false;
        foreach (var lane in Lanes)
        {
            if (lane.State is LaneState.Fresh or LaneState.Runnable)
            {
                lane.State = LaneState.Runnable;
                LaneContext.Running = lane;
                kernel.Step(step, lane, frames);
                if (lane.State == LaneState.Runnable)
                    lane.State = LaneState.Done;
            }
            waiting |= lane.State == LaneState.Waiting;
        }
        return waiting;
    }

    private void RunThrough(ExplicitKernel kernel)
    {
        foreach (var lane in Lanes)
        {
            LaneContext.Running = lane;
            kernel.RunLane();
            lane.State = LaneState.Done;
        }
    }
}
