using System.Runtime.ExceptionServices;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// Runs groups of kernels that could not be rewritten, with threads as coroutines: one lane runs at a time, and hands over to the next when it waits or ends.
/// Lanes begin on the caller's thread, one after the other; only a lane that waits keeps its thread to itself, so a
/// kernel without barriers never switches.
/// </summary>
internal sealed class ThreadedGroup(CPUAccelerator accelerator, LaneThreads threads) : GroupState(accelerator)
{
    private readonly Baton _caller = new();
    private ExplicitKernel? _kernel;
    private Exception? _failure;
    private int _cursor;

    /// <inheritdoc/>
    public override void Run(ExplicitKernel kernel, long group)
    {
        Begin(group);
        _kernel = kernel;
        _failure = null;
        _cursor = 0;
        if (!RunLanes(Next()!, _caller))
            _caller.Wait();
        if (_failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Runs lanes on the calling thread until one that waits on another thread takes over, or all have ended.</summary>
    /// <returns>Whether the group has ended, and the calling thread is its caller.</returns>
    public bool RunLanes(LaneContext first, Baton thread)
    {
        var lane = first;
        while (true)
        {
            RunLane(lane, thread);
            switch (Next())
            {
                case null when thread == _caller:
                    return true;
                case null:
                    _caller.Pass();
                    return false;
                case { State: LaneState.Fresh } next:
                    lane = next;
                    break;
                case var next:
                    next.Thread!.Pass();
                    return false;
            }
        }
    }

    /// <inheritdoc/>
    public override void Block(LaneContext lane)
    {
        var next = Next()!;
        if (next != lane)
        {
            if (next.State == LaneState.Fresh)
                threads.Start(this, next);
            else
                next.Thread!.Pass();
            lane.Thread!.Wait();
        }
        if (_failure is not null)
            throw new LaneEndedException();
    }

    private void RunLane(LaneContext lane, Baton thread)
    {
        lane.Thread = thread;
        LaneContext.Running = lane;
        try
        {
            _kernel!.RunLane();
        }
        catch (LaneEndedException)
        {
            // Another lane failed.
        }
#pragma warning disable CA1031 // A kernel may throw anything; it is reported at the next synchronisation.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure ??= exception;
        }
        finally
        {
            LaneContext.Running = null;
            lane.State = LaneState.Done;
        }
    }

    // The next lane that can run, in the order of their numbers; null when all have ended.
    private LaneContext? Next()
    {
        if (_failure is null && FindRunnable() is { } lane)
            return lane;
        if (_failure is null && HasWaiting())
        {
            try
            {
                Release();
                return FindRunnable();
            }
            catch (InvalidOperationException exception)
            {
                _failure = exception;
            }
        }
        return _failure is null ? null : FindUnwinding();
    }

    private LaneContext? FindRunnable()
    {
        for (var i = 0; i < Size; i++)
        {
            if (_cursor >= Size)
                _cursor = 0;
            var lane = Lanes[_cursor++];
            if (lane.State is LaneState.Fresh or LaneState.Runnable)
                return lane;
        }
        return null;
    }

    private bool HasWaiting()
    {
        foreach (var lane in Lanes)
        {
            if (lane.State == LaneState.Waiting)
                return true;
        }
        return false;
    }

    // After a failure, lanes that have begun are woken one by one to leave the kernel.
    private LaneContext? FindUnwinding()
    {
        foreach (var lane in Lanes)
        {
            if (lane.State is LaneState.Waiting or LaneState.Runnable)
                return lane;
        }
        return null;
    }

    // Thrown into lanes that wait when another lane has failed.
    private sealed class LaneEndedException : Exception;
}
