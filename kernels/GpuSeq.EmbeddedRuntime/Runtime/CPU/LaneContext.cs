using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ILGPU.Runtime.CPU;

/// <summary>What a lane waits for.</summary>
internal enum WaitKind
{
    None,
    GroupBarrier,
    GroupCount,
    GroupBroadcast,
    WarpBarrier,
    WarpShuffle,
    WarpBroadcast,
}

/// <summary>How far a lane has come.</summary>
internal enum LaneState
{
    Fresh,
    Runnable,
    Waiting,
    Done,
}

/// <summary>One lane of a group that runs on the CPU: where it stands, and what it waits for.</summary>
internal sealed unsafe class LaneContext(GroupState group, int linearIndex)
{
    [ThreadStatic]
    private static LaneContext? _current;

    public readonly GroupState Group = group;
    public readonly int LinearIndex = linearIndex;
    public readonly int LaneIndex = linearIndex % group.WarpSize;
    public Index3D Index;
    public LaneState State;
    public WaitKind Kind;

    // What it brings to the exchange it waits for, and what it takes from it.
    public bool Predicate;
    public int Source;
    public int ElementSize;
    public int Count;
    public int Participants;

    public int SharedAllocations;

    /// <summary>Where a rewritten kernel goes on: the number of the wait that it left at, or 0 at its beginning.</summary>
    public int Resume;

    // Set by a rewritten kernel just before it waits; nothing else can wait without a thread of its own.
    private bool _mayWait;

    /// <summary>Wakes the thread that this lane has begun on.</summary>
    public Baton? Thread;

    public LocalArena Local { get; } = new();

    public int CountResult => Count;

    public bool AndResult => Count == Participants;

    public bool OrResult => Count > 0;

    public byte* Slot => Group.SlotOf(LinearIndex);

    /// <summary>The lane that the calling thread runs, or null outside of explicitly grouped kernels.</summary>
    public static LaneContext? Running
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _current;
        set => _current = value;
    }

    /// <summary>The lane that the calling thread runs.</summary>
    /// <exception cref="InvalidOperationException">The caller is not inside of an explicitly grouped kernel.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneContext Current([CallerMemberName] string member = "")
    {
        var lane = _current;
        if (lane is null)
            ThrowOutside(member);
        return lane;
    }

    public void Reset()
    {
        State = LaneState.Fresh;
        Kind = WaitKind.None;
        SharedAllocations = 0;
        Resume = 0;
        _mayWait = false;
        Thread = null;
        Local.Reset();
    }

    public void Wait(WaitKind kind)
    {
        Kind = kind;
        State = LaneState.Waiting;
        Group.Block(this);
    }

    /// <summary>Gives a value to the other lanes, waits for theirs and takes the source's.</summary>
    /// <param name="kind">Which exchange.</param>
    /// <param name="value">What this lane gives.</param>
    /// <param name="source">The lane it takes from, by its number in the group; -1 keeps its own value.</param>
    public T Exchange<T>(WaitKind kind, T value, int source)
        where T : unmanaged
    {
        Offer(value, source);
        Wait(kind);
        return Taken<T>();
    }

    /// <summary>What this lane has got from an exchange.</summary>
    public T Taken<T>()
        where T : unmanaged => *(T*)(Slot + GroupState.SlotSize);

    /// <summary>Says that the kernel will leave when the next call returns, because the lane waits.</summary>
    public void PrepareWait() => _mayWait = true;

    /// <summary>Whether the kernel will leave because the lane waits.</summary>
    public bool LeavesToWait()
    {
        var leaves = _mayWait;
        _mayWait = false;
        return leaves;
    }

    private void Offer<T>(T value, int source)
        where T : unmanaged
    {
        if (sizeof(T) > GroupState.SlotSize)
        {
            throw new NotSupportedException(
                $"{typeof(T).Name} has {sizeof(T)} bytes; lanes exchange values of up to {GroupState.SlotSize}.");
        }
        *(T*)Slot = value;
        Source = source;
        ElementSize = sizeof(T);
    }

    [DoesNotReturn]
    private static void ThrowOutside(string member) => throw new InvalidOperationException(
        $"{member} is for explicitly grouped kernels: the calling code does not run inside of one.");
}
