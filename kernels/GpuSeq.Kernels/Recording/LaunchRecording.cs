using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;

namespace GpuSeq.Kernels.Recording;

/// <summary>
/// What a step launches and copies, to be done again without the step: the same work on the same memory, with random calls
/// numbered anew.
/// </summary>
public sealed class LaunchRecording
{
    private readonly List<RecordedLaunch> _launches;
    private readonly List<Allocation> _allocations;
    private readonly RecordedWork[] _works;
    private readonly List<RandomUse>[] _drawn; // by launch
    private readonly List<RandomUse> _renewed = [];

    internal LaunchRecording(List<RecordedLaunch> launches, List<Allocation> allocations)
    {
        _launches = launches;
        _allocations = allocations;
        _works = [.. launches.Select(launch => launch.Work)];
        _drawn = Array.ConvertAll(_works, RandomUse.Of);
        Bytes = MemoryPlan.Place(allocations);
        LiveBytes = MemoryPlan.LiveBytes(allocations);
    }

    /// <summary>Launches and copies.</summary>
    public int Count => _works.Length;

    /// <summary>Bytes of memory that the step needs beside what outlives it.</summary>
    public long Bytes { get; }

    /// <summary>The most bytes that its values need at one time; <see cref="Bytes"/> cannot be less.</summary>
    public long LiveBytes { get; }

    /// <summary>What is done, in order, for people to read.</summary>
    public IEnumerable<string> Describe() => _works.Select(work => work.ToString());

    /// <summary>Moves the step's values to a piece of memory.</summary>
    /// <param name="memory">At least <see cref="Bytes"/>.</param>
    public void Bind(ArrayView<byte> memory)
    {
        foreach (var launch in _launches)
        {
            foreach (var view in launch.Views.Where(view => view.Allocation >= 0))
            {
                var place = view.Length == 0 ? memory.SubView(0, 0)
                    : memory.SubView(_allocations[view.Allocation].Offset + view.Begin, view.Length);
                view.Leaf.Write(ref launch.Work.Argument(view.Argument), place);
            }
        }
    }

    /// <summary>
    /// Compares with a later run of the same step, and learns which random calls are numbered anew: those that differ as the
    /// first calls of the two runs do.
    /// </summary>
    /// <param name="later">What the later run did.</param>
    /// <param name="calls">By how much the first call of the later run is later.</param>
    /// <returns>What differs, or null where nothing does.</returns>
    public string? Compare(LaunchRecorder later, ulong calls)
    {
        ArgumentNullException.ThrowIfNull(later);
        _renewed.Clear();
        for (var i = 0; i < Math.Min(_launches.Count, later.Launches.Count); i++)
        {
            if (Difference(i, later.Launches[i], calls) is { } difference)
                return difference;
        }
        return _launches.Count == later.Launches.Count ? null
            : $"one run launches {_launches.Count} kernels, another {later.Launches.Count}";
    }

    /// <summary>Does everything again.</summary>
    /// <param name="calls">By how much the first random call is later than in the run that was recorded.</param>
    public void Replay(ulong calls)
    {
        foreach (var use in _renewed)
            use.Renew(calls);
        foreach (var work in _works)
            work.Run();
    }

    /// <summary>Does everything again, and measures each part by itself.</summary>
    /// <param name="calls">By how much the first random call is later than in the run that was recorded.</param>
    /// <param name="synchronize">Waits for the device.</param>
    /// <param name="seconds">One for each part: lowered to what the part took, where that is less.</param>
    public void Profile(ulong calls, Action synchronize, Span<double> seconds)
    {
        ArgumentNullException.ThrowIfNull(synchronize);
        foreach (var use in _renewed)
            use.Renew(calls);
        for (var i = 0; i < _works.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            _works[i].Run();
            synchronize();
            seconds[i] = Math.Min(seconds[i], Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    private string? Difference(int number, RecordedLaunch later, ulong calls)
    {
        var first = _launches[number];
        if (!first.Work.IsLike(later.Work))
            return $"one run has {first.Work} where another has {later.Work}";
        if (first.Views.Count != later.Views.Count || first.Views.Zip(later.Views).Any(views => !views.First.IsLike(views.Second)))
            return $"{first.Work} works on other memory from run to run";
        for (var i = 0; i < first.Work.ArgumentTypes.Length; i++)
        {
            foreach (var (offset, size) in ArgumentLayout.Of(first.Work.ArgumentTypes[i]).Values)
            {
                if (!Value(first.Work, i, offset, size).SequenceEqual(Value(later.Work, i, offset, size)))
                    return $"a number that {first.Work} is given changes from run to run";
            }
        }
        foreach (var use in _drawn[number])
        {
            var call = RandomUse.At(later.Work, use.Argument, use.Offset);
            if (call == use.First)
                continue;
            if (call != use.Later(calls))
                return $"{first.Work} draws random numbers that are not the graph's";
            _renewed.Add(use);
        }
        return null;
    }

    private static ReadOnlySpan<byte> Value(RecordedWork work, int argument, int offset, int size) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AddByteOffset(ref work.Argument(argument), offset), size);

    // A random call in an argument, with the number that it had when it was recorded.
    private sealed record RandomUse(RecordedWork Work, int Argument, int Offset, RandomCall First)
    {
        public static List<RandomUse> Of(RecordedWork work) =>
        [
            .. from argument in Enumerable.Range(0, work.ArgumentTypes.Length)
               from offset in ArgumentLayout.Of(work.ArgumentTypes[argument]).RandomCalls
               select new RandomUse(work, argument, offset, At(work, argument, offset)),
        ];

        public static ref RandomCall At(RecordedWork work, int argument, int offset) =>
            ref Unsafe.As<byte, RandomCall>(ref Unsafe.AddByteOffset(ref work.Argument(argument), offset));

        public RandomCall Later(ulong calls) => First with { Number = First.Number + calls };

        public void Renew(ulong calls) => At(Work, Argument, Offset) = Later(calls);
    }
}
