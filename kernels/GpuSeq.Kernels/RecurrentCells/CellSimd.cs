using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>The vector form of a cell: what it does for one sequence at one step, as loops over the hidden units.</summary>
internal interface ICell
{
    /// <summary>Computes the step.</summary>
    static abstract void Step<TVector>(in CellRow row)
        where TVector : struct, IVector<TVector>;

    /// <summary>Does what is left to do for a sequence that has ended.</summary>
    static abstract void Skip(in CellRow row);
}

/// <summary>The body of a loop over hidden units.</summary>
internal interface IUnitLoop
{
    /// <summary>Computes units j to j + count - 1; count is the number of lanes or, at the end of a row, less.</summary>
    static abstract void Run<TVector>(in CellRow row, int j, int count)
        where TVector : struct, IVector<TVector>;
}

/// <summary>The rows that a cell works on for one sequence. What they mean is the cell's.</summary>
internal unsafe struct CellRow
{
    public float* Gates; // [gates, H] of the sequence
    public float* Recurrent; // a second set of gates, for GRU
    public float* Before; // the state before the step
    public float* CellBefore;
    public float* After; // the state after it
    public float* CellAfter;
    public float* Output;
    public float* StateGradient; // carried from step to step
    public float* CellGradient;
    public int Hidden;

    public readonly void Clear(float* values, int count = 1) => new Span<float>(values, count * Hidden).Clear();

    /// <summary>Keeps the state of a sequence that has ended, and puts out zeros.</summary>
    public readonly void Keep()
    {
        new ReadOnlySpan<float>(Before, Hidden).CopyTo(new(After, Hidden));
        Clear(Output);
    }
}

/// <summary>The views of a step, from which the rows are cut.</summary>
internal ref struct CellViews
{
    public ArrayView<float> Gates;
    public ArrayView<float> Recurrent;
    public ArrayView<float> Before;
    public ArrayView<float> CellBefore;
    public ArrayView<float> After;
    public ArrayView<float> CellAfter;
    public ArrayView<float> Output;
    public ArrayView<float> StateGradient;
    public ArrayView<float> CellGradient;
    public ArrayView<int> Lengths;
}

internal static unsafe class CellSimd
{
    /// <summary>Work item i computes rows RowsPerItem i and on.</summary>
    public static void Run<TCell>(int item, in CellViews views, in CellStep step)
        where TCell : struct, ICell
    {
        switch ((SimdWidth)step.Width)
        {
            case SimdWidth.Bits512:
                Rows<TCell, Vector512Lanes>(item, views, step);
                break;
            case SimdWidth.Bits256:
                Rows<TCell, Vector256Lanes>(item, views, step);
                break;
            default:
                Rows<TCell, Vector128Lanes>(item, views, step);
                break;
        }
    }

    [MethodImpl(MicroKernel.Options)]
    private static void Rows<TCell, TVector>(int item, in CellViews views, in CellStep step)
        where TCell : struct, ICell
        where TVector : struct, IVector<TVector>
    {
        var lengths = views.Lengths.Pointer();
        var end = Math.Min((item + 1) * step.RowsPerItem, step.Batch);
        for (var b = item * step.RowsPerItem; b < end; b++)
        {
            var row = new CellRow
            {
                Gates = Row(views.Gates, b, step.GateStride),
                Recurrent = Row(views.Recurrent, b, step.RecurrentStride),
                Before = Row(views.Before, b, step.StateStride),
                CellBefore = Row(views.CellBefore, b, step.StateStride),
                After = Row(views.After, b, step.AfterStride),
                CellAfter = Row(views.CellAfter, b, step.NextStride),
                Output = Row(views.Output, b, step.OutputStride),
                StateGradient = Row(views.StateGradient, b, step.Hidden),
                CellGradient = Row(views.CellGradient, b, step.Hidden),
                Hidden = step.Hidden,
            };
            if (lengths == null || step.Step < lengths[b])
                TCell.Step<TVector>(row);
            else
                TCell.Skip(row);
        }
    }

    /// <summary>Runs a loop over the hidden units of a row.</summary>
    /// <remarks>
    /// A cell is several short loops, because a loop with many exponentials in it runs out of registers and of the compiler's
    /// inlining budget (measured: 1.4 to 10 times slower).
    /// </remarks>
    public static void Loop<TLoop, TVector>(in CellRow row)
        where TLoop : struct, IUnitLoop
        where TVector : struct, IVector<TVector>
    {
        var whole = WholeVectors<TLoop, TVector>(row);
        if (whole < row.Hidden)
            LastVector<TLoop, TVector>(row, whole);
    }

    /// <summary>Replaces the sums in some gates of a row by their activation function.</summary>
    public static void Activate<TActivation, TVector>(in CellRow row, int firstGate, int gates = 1)
        where TActivation : struct, IActivation
        where TVector : struct, IVector<TVector> => Loop<Gates<TActivation>, TVector>(new()
        {
            Gates = row.Gates + firstGate * row.Hidden,
            Hidden = gates * row.Hidden,
        });

    private readonly struct Gates<TActivation> : IUnitLoop
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V> =>
            VectorMath.StorePartial(TActivation.Forward(VectorMath.LoadPartial<V>(row.Gates + j, count)), row.Gates + j, count);
    }

    // With the number of lanes for a count, nothing is left of the branches for partial vectors.
    [MethodImpl(MicroKernel.Options)]
    private static int WholeVectors<TLoop, TVector>(in CellRow row)
        where TLoop : struct, IUnitLoop
        where TVector : struct, IVector<TVector>
    {
        var j = 0;
        for (; j + TVector.Count <= row.Hidden; j += TVector.Count)
            TLoop.Run<TVector>(row, j, TVector.Count);
        return j;
    }

    [MethodImpl(MicroKernel.Options)]
    private static void LastVector<TLoop, TVector>(in CellRow row, int j)
        where TLoop : struct, IUnitLoop
        where TVector : struct, IVector<TVector> => TLoop.Run<TVector>(row, j, row.Hidden - j);

    private static float* Row(ArrayView<float> view, int b, int stride)
    {
        var origin = view.Pointer();
        return origin == null ? null : origin + (long)b * stride;
    }
}
