using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels;

/// <summary>
/// A <see cref="StridedCopy"/> as kernels take it: axes ordered by the target's strides, neighbours merged where they lie side by
/// side in both tensors, the innermost one last. In a transposition, the last axis but one has source stride 1 and the last one
/// target stride 1.
/// </summary>
internal struct LayoutArguments
{
    public StridedAxis A0;
    public StridedAxis A1;
    public StridedAxis A2;
    public StridedAxis A3;
    public StridedAxis A4;
    public StridedAxis A5;
    public long SourceOffset;
    public long TargetOffset;
    public int Accumulate;
    public int IsTransposed;
    public int Width; // bits of the vectors
    public int Units; // of work: rows or parts of them; strips of a transposition
    public int UnitsPerItem;
    public int Parts; // of the last axis, each a unit
    public int PartLength;

    public LayoutArguments(in StridedCopy copy, bool accumulate, SimdWidth width)
    {
        (SourceOffset, TargetOffset) = (copy.SourceOffset, copy.TargetOffset);
        (Accumulate, Width) = (accumulate ? 1 : 0, (int)width);
        Span<StridedAxis> axes = stackalloc StridedAxis[StridedCopy.MaxRank];
        var count = Merge(axes, Sort(copy, axes));
        IsTransposed = PrepareTransposition(axes[..count]) ? 1 : 0;
        axes[..count].CopyTo(axes[^count..]);
        axes[..^count].Fill(new() { Size = 1 });
        (A0, A1, A2, A3, A4, A5) = (axes[0], axes[1], axes[2], axes[3], axes[4], axes[5]);
    }

    /// <summary>The number of entries of all axes but the last, or the last two of a transposition.</summary>
    public readonly int Outer => A0.Size * A1.Size * A2.Size * A3.Size * (IsTransposed != 0 ? 1 : A4.Size);

    private static int Sort(in StridedCopy copy, Span<StridedAxis> axes)
    {
        var count = 0;
        for (var i = 0; i < copy.Rank; i++)
        {
            var axis = copy.Axes[i];
            if (axis.Size == 1)
                continue;
            var place = count++;
            for (; place > 0 && axes[place - 1].Target < axis.Target; place--)
                axes[place] = axes[place - 1];
            axes[place] = axis;
        }
        return count;
    }

    private static int Merge(Span<StridedAxis> axes, int count)
    {
        for (var i = count - 1; i > 0; i--)
        {
            ref var outer = ref axes[i - 1];
            var inner = axes[i];
            if ((long)inner.Source * inner.Size != outer.Source || (long)inner.Target * inner.Size != outer.Target)
                continue;
            outer = inner with { Size = inner.Size * outer.Size };
            axes[(i + 1)..count].CopyTo(axes[i..]);
            count--;
        }
        return count;
    }

    private static bool PrepareTransposition(Span<StridedAxis> axes)
    {
        if (axes.Length < 2 || axes[^1].Target != 1 || axes[^1].Source <= 1)
            return false;
        for (var i = 0; i < axes.Length - 1; i++)
        {
            if (axes[i].Source != 1)
                continue;
            var rows = axes[i];
            axes[(i + 1)..^1].CopyTo(axes[i..]);
            axes[^2] = rows;
            return true;
        }
        return false;
    }
}
