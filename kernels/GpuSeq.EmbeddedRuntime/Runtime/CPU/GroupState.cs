using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// The group that one multiprocessor runs: its lanes, its shared memory and the rules by which waiting lanes go on.
/// How lanes are suspended is the business of the derived class; one lane runs at a time.
/// </summary>
internal abstract unsafe class GroupState : IDisposable
{
    /// <summary>The most bytes of a value that lanes exchange.</summary>
    public const int SlotSize = 64;

    private const int Alignment = 64;

    private readonly CPUAccelerator _accelerator;
    private readonly LaneContext[] _lanes;
    private readonly byte* _slots;
    private readonly byte* _shared;
    private readonly List<(int Offset, int Length, int ElementSize)> _allocations = [];
    private int _sharedUsed;
    private int _dynamicBytes;

    protected GroupState(CPUAccelerator accelerator)
    {
        _accelerator = accelerator;
        WarpSize = accelerator.WarpSize;
        _lanes = new LaneContext[accelerator.MaxNumThreadsPerGroup];
        _slots = (byte*)NativeMemory.AlignedAlloc((nuint)(_lanes.Length * SlotSize * 2), Alignment);
        _shared = (byte*)NativeMemory.AlignedAlloc((nuint)accelerator.MaxSharedMemoryPerGroup, Alignment);
    }

    public int WarpSize { get; }

    public Index3D GridDim { get; private set; }

    public Index3D GroupDim { get; private set; }

    public Index3D GridIndex { get; private set; }

    /// <summary>The number of lanes.</summary>
    public int Size { get; private set; }

    protected ReadOnlySpan<LaneContext> Lanes => _lanes.AsSpan(0, Size);

    private bool ChecksBounds => _accelerator.Context.ChecksBounds;

    /// <summary>Runs one group of a launch.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="group">The group's number in the grid.</param>
    public abstract void Run(ExplicitKernel kernel, long group);

    /// <summary>Suspends a lane that waits, and returns when it may go on.</summary>
    public abstract void Block(LaneContext lane);

    /// <summary>What a lane gives to an exchange; what it takes from it follows.</summary>
    public byte* SlotOf(int lane) => _slots + lane * SlotSize * 2;

    /// <summary>Prepares the lanes of every group of a launch.</summary>
    public void Configure(KernelConfig config)
    {
        GridDim = config.GridDim;
        GroupDim = config.GroupDim;
        Size = config.GroupDim.Size;
        _dynamicBytes = config.SharedMemoryConfig.ArraySize;
        for (var i = 0; i < Size; i++)
        {
            var lane = _lanes[i] ??= new(this, i);
            lane.Index = ILGPU.GridIndex.FromLinear(GroupDim, i);
        }
    }

    /// <summary>Prepares the lanes for a group.</summary>
    protected void Begin(long group)
    {
        GridIndex = ILGPU.GridIndex.FromLinear(GridDim, group);
        _allocations.Clear();
        _sharedUsed = Align(_dynamicBytes);
        NativeMemory.Fill(_shared, (nuint)_dynamicBytes, byte.MaxValue);
        foreach (var lane in Lanes)
            lane.Reset();
    }

    /// <summary>Shared memory of this group. Lanes make the same allocations in the same order.</summary>
    /// <remarks>It begins as NaN, so that a kernel that reads what no lane wrote does not pass for right.</remarks>
    public ArrayView<T> AllocateShared<T>(LaneContext lane, int extent)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(extent);
        var number = lane.SharedAllocations++;
        if (number == _allocations.Count)
            AllocateShared((long)extent * sizeof(T), extent, sizeof(T));
        var (offset, length, elementSize) = _allocations[number];
        if (length != extent || elementSize != sizeof(T))
        {
            throw new InvalidOperationException(
                $"Lane {lane.LinearIndex} allocates {extent} shared elements of {sizeof(T)} bytes where another lane " +
                $"of its group allocated {length} of {elementSize}: all lanes make the same allocations in the same order.");
        }
        return new((T*)(_shared + offset), extent, ChecksBounds);
    }

    /// <summary>The dynamic shared memory that the launch asked for.</summary>
    public ArrayView<T> GetDynamic<T>()
        where T : unmanaged => new((T*)_shared, _dynamicBytes / sizeof(T), ChecksBounds);

    public ArrayView<T> AllocateLocal<T>(LaneContext lane, int extent)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(extent);
        var bytes = (long)extent * sizeof(T);
        var address = lane.Local.Allocate(bytes);
        NativeMemory.Fill(address, (nuint)bytes, byte.MaxValue);
        return new((T*)address, extent, ChecksBounds);
    }

    /// <summary>Lets lanes go on that have waited for each other, when no lane can run any more.</summary>
    /// <exception cref="InvalidOperationException">Lanes wait at different barriers, so none of them would ever go on.</exception>
    protected void Release()
    {
        var released = false;
        for (var begin = 0; begin < Size; begin += WarpSize)
        {
            var warp = Lanes[begin..Math.Min(begin + WarpSize, Size)];
            if (AgreedWait(warp) is >= WaitKind.WarpBarrier)
            {
                Resolve(warp);
                released = true;
            }
        }
        if (released)
            return;
        if (AgreedWait(Lanes) is > WaitKind.None and < WaitKind.WarpBarrier)
            Resolve(Lanes);
        else
            throw Divergence();
    }

    // What all lanes that have not ended wait for, or null where they differ.
    private static WaitKind? AgreedWait(ReadOnlySpan<LaneContext> lanes)
    {
        var agreed = WaitKind.None;
        foreach (var lane in lanes)
        {
            if (lane.State == LaneState.Done)
                continue;
            if (agreed != WaitKind.None && lane.Kind != agreed)
                return null;
            agreed = lane.Kind;
        }
        return agreed;
    }

    private void Resolve(ReadOnlySpan<LaneContext> lanes)
    {
        var (participants, count) = (0, 0);
        foreach (var lane in lanes)
        {
            if (lane.State == LaneState.Waiting)
                (participants, count) = (participants + 1, count + (lane.Predicate ? 1 : 0));
        }
        foreach (var lane in lanes)
        {
            if (lane.State != LaneState.Waiting)
                continue;
            if (lane.Kind is WaitKind.GroupCount)
                (lane.Participants, lane.Count) = (participants, count);
            else if (lane.Kind is not (WaitKind.GroupBarrier or WaitKind.WarpBarrier))
                Take(lane);
        }
        foreach (var lane in lanes)
        {
            if (lane.State == LaneState.Waiting)
                (lane.State, lane.Kind, lane.Predicate) = (LaneState.Runnable, WaitKind.None, false);
        }
    }

    // A lane that is not there, or has ended, gives nothing: the value stays.
    private void Take(LaneContext lane)
    {
        var source = lane.Source >= 0 && lane.Source < Size && _lanes[lane.Source].State == LaneState.Waiting
            ? _lanes[lane.Source]
            : lane;
        if (source.ElementSize != lane.ElementSize)
        {
            throw new InvalidOperationException(
                $"Lanes {source.LinearIndex} and {lane.LinearIndex} exchange values of {source.ElementSize} and " +
                $"{lane.ElementSize} bytes.");
        }
        NativeMemory.Copy(source.Slot, lane.Slot + SlotSize, (nuint)lane.ElementSize);
    }

    private InvalidOperationException Divergence()
    {
        var waits = new List<string>();
        foreach (var lane in Lanes)
        {
            var wait = lane.State == LaneState.Waiting ? Describe(lane.Kind) : null;
            if (wait is not null && !waits.Exists(known => known.EndsWith(wait, StringComparison.Ordinal)))
                waits.Add($"lane {lane.LinearIndex} at {wait}");
        }
        return new($"Lanes of group {GridIndex} wait for each other forever: {string.Join(", ", waits)}.");
    }

    private static string Describe(WaitKind kind) => kind switch
    {
        WaitKind.GroupBarrier => "Group.Barrier",
        WaitKind.GroupCount => "Group.BarrierPopCount, BarrierAnd or BarrierOr",
        WaitKind.GroupBroadcast => "Group.Broadcast",
        WaitKind.WarpBarrier => "Warp.Barrier",
        WaitKind.WarpShuffle => "a warp shuffle",
        WaitKind.WarpBroadcast => "Warp.Broadcast",
        _ => "nothing",
    };

    private static int Align(int bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private void AllocateShared(long bytes, int length, int elementSize)
    {
        var limit = _accelerator.MaxSharedMemoryPerGroup;
        if (_sharedUsed + bytes > limit)
        {
            throw new InvalidOperationException(
                $"Cannot allocate {bytes} bytes of shared memory: {Math.Max(limit - _sharedUsed, 0)} of {limit} are free in a group.");
        }
        NativeMemory.Fill(_shared + _sharedUsed, (nuint)bytes, byte.MaxValue);
        _allocations.Add((_sharedUsed, length, elementSize));
        _sharedUsed = Align(_sharedUsed + (int)bytes);
    }

    public virtual void Dispose()
    {
        NativeMemory.AlignedFree(_slots);
        NativeMemory.AlignedFree(_shared);
    }
}
