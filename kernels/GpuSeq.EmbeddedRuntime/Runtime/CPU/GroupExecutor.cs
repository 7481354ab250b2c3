using ILGPU.Runtime.CPU.Stepping;

namespace ILGPU.Runtime.CPU;

/// <summary>Runs explicitly grouped kernels with the semantics of a GPU's groups: each thread of the pool runs whole groups.</summary>
internal sealed class GroupExecutor(CPUAccelerator accelerator) : IRangeWork, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stack<SteppedGroup> _stepped = [];
    private readonly Stack<ThreadedGroup> _threaded = [];
    private readonly LaneThreads _threads = new();
    private ExplicitKernel? _kernel;
    private KernelConfig _config;
    private volatile bool _failed;

    /// <summary>Runs a kernel, one launch at a time.</summary>
    /// <returns>What a lane threw first, or null.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The device has no such groups.</exception>
    public Exception? Run(ExplicitKernel kernel, KernelConfig config)
    {
        Check(config);
        _ = kernel.Rewritten; // before several threads ask for it
        _kernel = kernel;
        _config = config;
        _failed = false;
        try
        {
            return accelerator.Workers.Run(this, config.GridDim.LongSize);
        }
        finally
        {
            _kernel = null;
        }
    }

    void IRangeWork.Run(long begin, long end)
    {
        var rewritten = _kernel!.Rewritten;
        if (rewritten.Waits && rewritten.Steps is null)
            Run(_threaded, () => new(accelerator, _threads), begin, end);
        else
            Run(_stepped, () => new(accelerator), begin, end);
    }

    private void Run<TGroup>(Stack<TGroup> idle, Func<TGroup> create, long begin, long end)
        where TGroup : GroupState
    {
        TGroup? group;
        lock (_lock)
        {
            if (!idle.TryPop(out group))
                group = create();
        }
        try
        {
            group.Configure(_config);
            for (var i = begin; i < end && !_failed; i++)
                group.Run(_kernel!, i);
        }
        catch
        {
            _failed = true;
            throw;
        }
        finally
        {
            lock (_lock)
                idle.Push(group);
        }
    }

    private void Check(KernelConfig config)
    {
        var (grid, group) = (config.GridDim, config.GroupDim);
        if (grid.X < 0 || grid.Y < 0 || grid.Z < 0 || group.X < 0 || group.Y < 0 || group.Z < 0)
            throw new ArgumentOutOfRangeException(nameof(config), $"A grid of {grid} groups of {group} lanes has negative sizes.");
        if (group.LongSize > accelerator.MaxNumThreadsPerGroup)
        {
            throw new ArgumentOutOfRangeException(
                nameof(config), $"Groups of {group} have {group.LongSize} lanes; {accelerator.MaxNumThreadsPerGroup} are possible.");
        }
        var dynamic = (long)config.SharedMemoryConfig.NumElements * config.SharedMemoryConfig.ElementSize;
        if (dynamic < 0 || dynamic > accelerator.MaxSharedMemoryPerGroup)
        {
            throw new ArgumentOutOfRangeException(
                nameof(config), $"Cannot give a group {dynamic} bytes of dynamic shared memory: it has {accelerator.MaxSharedMemoryPerGroup}.");
        }
    }

    public void Dispose()
    {
        foreach (var group in _stepped.Concat<GroupState>(_threaded))
            group.Dispose();
        _stepped.Clear();
        _threaded.Clear();
        _threads.Dispose();
    }
}
