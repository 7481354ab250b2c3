namespace ILGPU.Runtime.CPU;

/// <summary>Lets one thread sleep until another passes it the right to run.</summary>
internal sealed class Baton
{
    private readonly object _gate = new();
    private int _passed;

    public void Pass()
    {
        Volatile.Write(ref _passed, 1);
        lock (_gate)
            Monitor.Pulse(_gate);
    }

    public void Wait()
    {
        if (Interlocked.Exchange(ref _passed, 0) == 1)
            return;
        lock (_gate)
        {
            while (Interlocked.Exchange(ref _passed, 0) == 0)
                Monitor.Wait(_gate);
        }
    }
}

/// <summary>Threads for lanes that wait: created when needed, kept for the next group, ended with the accelerator.</summary>
internal sealed class LaneThreads : IDisposable
{
    private const int StackBytes = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly Stack<LaneThread> _idle = [];
    private readonly List<LaneThread> _all = [];

    /// <summary>Runs a group from one of its lanes on, on a thread that has nothing to do.</summary>
    public void Start(ThreadedGroup group, LaneContext lane)
    {
        LaneThread? thread;
        lock (_lock)
        {
            if (!_idle.TryPop(out thread))
                _all.Add(thread = new(this));
        }
        thread.Start(group, lane);
    }

    public void Dispose()
    {
        foreach (var thread in _all)
            thread.End();
        _all.Clear();
        _idle.Clear();
    }

    private void Return(LaneThread thread)
    {
        lock (_lock)
            _idle.Push(thread);
    }

    private sealed class LaneThread
    {
        private readonly LaneThreads _owner;
        private readonly Baton _start = new();
        private readonly Baton _baton = new();
        private readonly Thread _thread;
        private ThreadedGroup? _group;
        private LaneContext? _lane;

        public LaneThread(LaneThreads owner)
        {
            _owner = owner;
            _thread = new Thread(Loop, StackBytes) { IsBackground = true, Name = "GpuSeq lane" };
            _thread.Start();
        }

        public void Start(ThreadedGroup group, LaneContext lane)
        {
            (_group, _lane) = (group, lane);
            _start.Pass();
        }

        public void End()
        {
            _group = null;
            _start.Pass();
            _thread.Join();
        }

        private void Loop()
        {
            while (true)
            {
                _start.Wait();
                if (_group is not { } group)
                    return;
                group.RunLanes(_lane!, _baton);
                (_group, _lane) = (null, null);
                _owner.Return(this);
            }
        }
    }
}
