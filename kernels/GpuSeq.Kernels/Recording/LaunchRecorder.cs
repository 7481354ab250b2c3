using ILGPU.Runtime;

namespace GpuSeq.Kernels.Recording;

/// <summary>
/// Writes down what a step launches and copies, with the arguments, and which of the pool's memory it uses from when to when.
/// </summary>
public sealed class LaunchRecorder : IDisposable
{
    private readonly MemoryPool _pool;
    private readonly Action _end;
    private readonly Dictionary<MemoryBuffer, int> _tenants = new(ReferenceEqualityComparer.Instance);
    private int _suspended;

    internal LaunchRecorder(MemoryPool pool, Action end)
    {
        _pool = pool;
        _end = end;
        _pool.Lent = Register;
    }

    /// <summary>Why the step cannot be replayed; null where nothing is known against it.</summary>
    public string? Obstacle { get; private set; }

    internal List<RecordedLaunch> Launches { get; } = [];

    internal List<Allocation> Allocations { get; } = [];

    /// <summary>Says that the step cannot be replayed; the first reason is kept.</summary>
    public void Refuse(string reason)
    {
        if (_suspended == 0)
            Obstacle ??= reason;
    }

    /// <summary>What was recorded, to be replayed.</summary>
    public LaunchRecording Finish() => new(Launches, Allocations);

    /// <summary>Records nothing any more.</summary>
    public void Dispose()
    {
        _pool.Lent = null;
        _end();
    }

    /// <summary>Does something whose launches are not recorded and whose memory is none of the step's.</summary>
    public T Suspend<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        _suspended++;
        try
        {
            return action();
        }
        finally
        {
            _suspended--;
        }
    }

    internal void Suspend(Action action) => Suspend(() =>
    {
        action();
        return 0;
    });

    internal void Repeat(Action action)
    {
        Add(new HostWork(action));
        Suspend(action);
    }

    internal void Add(RecordedWork work)
    {
        if (_suspended > 0)
            return;
        var uses = new List<ViewUse>();
        for (var i = 0; i < work.ArgumentTypes.Length; i++)
        {
            foreach (var leaf in ArgumentLayout.Of(work.ArgumentTypes[i]).Views)
            {
                var (buffer, begin, length) = leaf.Read(ref work.Argument(i));
                if (buffer is not null)
                    uses.Add(new(i, leaf, Tenant(buffer, begin + length), begin, length, buffer));
            }
        }
        Launches.Add(new(work, uses));
    }

    // The allocation that a buffer is lent to at this moment; -1 for memory that is none of the step's.
    private int Tenant(MemoryBuffer buffer, long end)
    {
        var number = _tenants.GetValueOrDefault(buffer, -1);
        if (number >= 0)
            Allocations[number].Use(Launches.Count, end);
        return number;
    }

    private void Register(MemoryBlock block)
    {
        if (_suspended > 0)
        {
            _tenants.Remove(block.Buffer);
            return;
        }
        _tenants[block.Buffer] = Allocations.Count;
        Allocations.Add(new());
    }
}

/// <summary>Work of a step and the memory that it uses.</summary>
internal sealed record RecordedLaunch(RecordedWork Work, List<ViewUse> Views);

/// <summary>A view in an argument.</summary>
/// <param name="Argument">The number of the argument.</param>
/// <param name="Leaf">Where it lies in the argument.</param>
/// <param name="Allocation">The number of the step's allocation that it lies in; -1 for memory that outlives the step.</param>
/// <param name="Begin">Where it begins in its buffer, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Buffer">The buffer that it lay in when it was recorded.</param>
internal sealed record ViewUse(int Argument, ViewLeaf Leaf, int Allocation, long Begin, long Length, MemoryBuffer Buffer)
{
    public bool IsLike(ViewUse other) => (Argument, Allocation, Begin, Length) == (other.Argument, other.Allocation, other.Begin, other.Length)
        && (Allocation >= 0 || ReferenceEquals(Buffer, other.Buffer));
}

/// <summary>Memory that a step uses between two of its launches.</summary>
internal sealed class Allocation
{
    private const int Alignment = 64;

    /// <summary>The number of the first launch that uses it; -1 where none does.</summary>
    public int First { get; private set; } = -1;

    /// <summary>The number of the last launch that uses it.</summary>
    public int Last { get; private set; } = -1;

    /// <summary>Its size in bytes, as far as it is used.</summary>
    public long Bytes { get; private set; }

    /// <summary>Where a <see cref="MemoryPlan"/> puts it.</summary>
    public long Offset { get; set; }

    public void Use(int launch, long end)
    {
        First = First < 0 ? launch : First;
        Last = launch;
        Bytes = Math.Max(Bytes, (end + Alignment - 1) / Alignment * Alignment);
    }
}
