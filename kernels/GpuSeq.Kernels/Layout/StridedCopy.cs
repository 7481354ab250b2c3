using System.Runtime.CompilerServices;

namespace GpuSeq.Kernels;

/// <summary>
/// Which elements a copy takes and where it puts them: a block of up to six axes, each with a size and its strides in the source
/// and in the target. Permutations, slices, concatenations, paddings and broadcasts are such copies, and so are their gradients:
/// the gradient of a copy that takes every element once is the copy <see cref="Reversed"/>, added to what is there.
/// </summary>
public struct StridedCopy
{
    /// <summary>The most axes.</summary>
    public const int MaxRank = 6;

    internal StridedAxes Axes;
    internal int Rank;
    internal long SourceOffset;
    internal long TargetOffset;

    /// <summary>The same elements the other way round. Not for broadcasts, whose target would get several elements in one place.</summary>
    public readonly StridedCopy Reversed
    {
        get
        {
            var reversed = new StridedCopy { Rank = Rank, SourceOffset = TargetOffset, TargetOffset = SourceOffset };
            for (var i = 0; i < Rank; i++)
                reversed.Axes[i] = new() { Size = Axes[i].Size, Source = Axes[i].Target, Target = Axes[i].Source };
            return reversed;
        }
    }

    /// <summary>The number of elements that are copied.</summary>
    public readonly long Count
    {
        get
        {
            var count = 1L;
            for (var i = 0; i < Rank; i++)
                count *= Axes[i].Size;
            return count;
        }
    }

    /// <summary>A tensor's axes in another order.</summary>
    /// <param name="sizes">The source's sizes.</param>
    /// <param name="order">For each axis of the target, which axis of the source it is.</param>
    /// <exception cref="ArgumentException">The order does not name every axis once, or there are too many.</exception>
    public static StridedCopy Permute(ReadOnlySpan<int> sizes, ReadOnlySpan<int> order)
    {
        var copy = new StridedCopy { Rank = CheckRank(sizes.Length) };
        Span<int> strides = stackalloc int[MaxRank];
        DenseStrides(sizes, strides);
        var named = 0;
        foreach (var axis in order)
            named |= axis >= 0 && axis < sizes.Length ? 1 << axis : 0;
        if (order.Length != sizes.Length || named != (1 << sizes.Length) - 1)
        {
            throw new ArgumentException(
                $"Permute: the order {Describe(order)} does not name each of {sizes.Length} axes once.", nameof(order));
        }
        var target = 1;
        for (var i = order.Length - 1; i >= 0; i--)
        {
            copy.Axes[i] = new() { Size = sizes[order[i]], Source = strides[order[i]], Target = target };
            target *= sizes[order[i]];
        }
        return copy;
    }

    /// <summary>A window of a tensor, taken out of it: entries begin, begin + step, ... of each axis.</summary>
    /// <param name="sizes">The source's sizes.</param>
    /// <param name="begins">The first entry of each axis.</param>
    /// <param name="counts">The number of entries of each axis: the target's sizes.</param>
    /// <param name="steps">From one entry to the next; empty for 1.</param>
    /// <exception cref="ArgumentException">The window does not lie inside the tensor.</exception>
    public static StridedCopy Window(
        ReadOnlySpan<int> sizes, ReadOnlySpan<int> begins, ReadOnlySpan<int> counts, ReadOnlySpan<int> steps = default)
    {
        var copy = new StridedCopy { Rank = CheckRank(sizes.Length) };
        Span<int> strides = stackalloc int[MaxRank];
        DenseStrides(sizes, strides);
        var target = 1;
        for (var i = sizes.Length - 1; i >= 0; i--)
        {
            var step = steps.IsEmpty ? 1 : steps[i];
            if (begins[i] < 0 || counts[i] < 0 || step < 1 || (counts[i] > 0 && begins[i] + (counts[i] - 1L) * step >= sizes[i]))
            {
                throw new ArgumentException(
                    $"Window: {counts[i]} entries from {begins[i]} on by {step} do not lie in axis {i} of {Describe(sizes)}.",
                    nameof(counts));
            }
            copy.Axes[i] = new() { Size = counts[i], Source = step * strides[i], Target = target };
            copy.SourceOffset += (long)begins[i] * strides[i];
            target *= counts[i];
        }
        return copy;
    }

    /// <summary>A tensor repeated along its axes of size 1, as NumPy broadcasts: sizes are aligned at their ends.</summary>
    /// <param name="sizes">The source's sizes.</param>
    /// <param name="target">The target's sizes.</param>
    /// <exception cref="ArgumentException">A size is neither 1 nor the target's.</exception>
    public static StridedCopy Broadcast(ReadOnlySpan<int> sizes, ReadOnlySpan<int> target)
    {
        var copy = new StridedCopy { Rank = CheckRank(target.Length) };
        Span<int> strides = stackalloc int[MaxRank];
        DenseStrides(sizes, strides);
        var missing = target.Length - sizes.Length;
        var stride = 1;
        for (var i = target.Length - 1; i >= 0; i--)
        {
            var size = i >= missing ? sizes[i - missing] : 1;
            if (missing < 0 || (size != 1 && size != target[i]))
                throw new ArgumentException($"Broadcast: {Describe(sizes)} does not fit {Describe(target)}.", nameof(target));
            copy.Axes[i] = new() { Size = target[i], Source = size == 1 ? 0 : strides[i - missing], Target = stride };
            stride *= target[i];
        }
        return copy;
    }

    /// <summary>Elements at any strides, put side by side.</summary>
    /// <param name="sizes">The target's sizes.</param>
    /// <param name="strides">From one entry of each axis to the next, in the source.</param>
    /// <param name="offset">The source's first element.</param>
    /// <exception cref="ArgumentException">There are too many axes.</exception>
    public static StridedCopy Strided(ReadOnlySpan<int> sizes, ReadOnlySpan<int> strides, long offset)
    {
        var copy = new StridedCopy { Rank = CheckRank(sizes.Length), SourceOffset = offset };
        var target = 1;
        for (var i = sizes.Length - 1; i >= 0; i--)
        {
            copy.Axes[i] = new() { Size = sizes[i], Source = strides[i], Target = target };
            target *= sizes[i];
        }
        return copy;
    }

    internal readonly void Check(long sourceLength, long targetLength)
    {
        if (Count == 0)
            return;
        var (source, target) = (SourceOffset, TargetOffset);
        for (var i = 0; i < Rank; i++)
        {
            source += (Axes[i].Size - 1L) * Axes[i].Source;
            target += (Axes[i].Size - 1L) * Axes[i].Target;
            if (Axes[i].Target == 0 && Axes[i].Size > 1)
                throw new ArgumentException($"Copy: {Axes[i].Size} elements would share a place of the target.");
        }
        if (source >= sourceLength)
            throw new ArgumentException($"Copy: the source has {sourceLength} elements and needs {source + 1}.");
        if (target >= targetLength)
            throw new ArgumentException($"Copy: the target has {targetLength} elements and needs {target + 1}.");
    }

    private static int CheckRank(int rank) => rank <= MaxRank
        ? rank
        : throw new ArgumentException($"Copy: a tensor has {rank} axes, and at most {MaxRank} can be copied.");

    private static void DenseStrides(ReadOnlySpan<int> sizes, Span<int> strides)
    {
        var stride = 1;
        for (var i = sizes.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride = checked(stride * sizes[i]);
        }
    }

    private static string Describe(ReadOnlySpan<int> sizes) => $"[{string.Join(", ", sizes.ToArray())}]";
}

/// <summary>An axis of a copy.</summary>
internal struct StridedAxis
{
    public int Size;
    public int Source; // elements from one entry to the next
    public int Target;
}

/// <summary>The axes of a copy.</summary>
[InlineArray(StridedCopy.MaxRank)]
internal struct StridedAxes
{
    private StridedAxis _first;
}
