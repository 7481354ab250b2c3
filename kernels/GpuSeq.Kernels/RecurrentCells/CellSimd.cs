using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// Runs the vector form of a cell over the rows of a work item. A cell computes one vector of hidden units of one sequence;
/// sequences that have ended at the step take the cell's other branch.
/// </summary>
internal unsafe interface ICellVector
{
    /// <summary>Computes units j and on of row b.</summary>
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
    public bool IsActive; // false where the sequence has ended
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
        where TCell : struct, ICellVector
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
        where TCell : struct, ICellVector
        where TVector : struct, IVector<TVector>
    {
        var lengths = (int*)Address(views.Lengths);
        var end = Math.Min((item + 1) * step.RowsPerItem, step.Batch);
        for (var b = item * step.RowsPerItem; b < end; b++)
        {
            var row = new CellRow
            {
                Gates = Row(views.Gates, b, step.GateStride),
                Recurrent = Row(views.Recurrent, b, step.RecurrentStride),
                Before = Row(views.Before, b, step.StateStride),
                CellBefore = Row(views.CellBefore, b, step.StateStride),
                After = Row(views.After, b, step.NextStride),
                CellAfter = Row(views.CellAfter, b, step.NextStride),
                Output = Row(views.Output, b, step.OutputStride),
                StateGradient = Row(views.StateGradient, b, step.Hidden),
                CellGradient = Row(views.CellGradient, b, step.Hidden),
                Hidden = step.Hidden,
                IsActive = lengths == null || step.Step < lengths[b],
            };
            for (var j = 0; j < step.Hidden; j += TVector.Count)
                TCell.Run<TVector>(row, j, step.Hidden - j);
        }
    }

    private static nint Address<T>(ArrayView<T> view)
        where T : unmanaged => view.Length > 0 ? view.LoadEffectiveAddressAsPtr() : 0;

    private static float* Row(ArrayView<float> view, int b, int stride)
    {
        var origin = (float*)Address(view);
        return origin == null ? null : origin + (long)b * stride;
    }
}
