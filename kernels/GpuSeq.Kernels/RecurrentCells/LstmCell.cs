using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// One step of a long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000), in
/// PyTorch's form and order of gates: i = sigmoid(.), f = sigmoid(.), g = tanh(.), o = sigmoid(.),
/// c' = f c + i g, h' = o tanh(c'). The sums inside the gates come from matrix products before.
/// </summary>
/// <remarks>
/// Backward, with dh' and dc' the gradients that arrive: do = dh' tanh(c'), dc = dc' + dh' o (1 - tanh(c')^2),
/// di = dc g, df = dc c, dg = dc i, and the gradient that goes on to c is dc f. A sequence that has ended keeps its state,
/// puts out zeros and passes gradients through.
/// </remarks>
internal static unsafe class LstmCell
{
    /// <summary>Rows: gates [4, H] (sums in, gates out), state and cell before [H], after [H], output [H].</summary>
    public static void ForwardRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> cellBefore, ArrayView<float> after,
        ArrayView<float> cellAfter, ArrayView<float> output, ArrayView<int> lengths, CellStep step) =>
        ForwardItem(item, gates, before, cellBefore, after, cellAfter, output, lengths, step);

    /// <summary>Rows: gates [4, H] (gates in, gradients of the sums out), cell before, gradient of the output, carried gradients.</summary>
    public static void BackwardRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> cellBefore, ArrayView<float> outputGradient,
        ArrayView<float> stateGradient, ArrayView<float> cellGradient, ArrayView<int> lengths, CellStep step) =>
        BackwardItem(item, gates, cellBefore, outputGradient, stateGradient, cellGradient, lengths, step);

    /// <summary>The vector form of <see cref="ForwardRows"/>.</summary>
    [IntrinsicImplementation]
    public static void ForwardItem(
        int item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> cellBefore, ArrayView<float> after,
        ArrayView<float> cellAfter, ArrayView<float> output, ArrayView<int> lengths, CellStep step) =>
        CellSimd.Run<ForwardVector>(
            item,
            new CellViews
            {
                Gates = gates,
                Before = before,
                CellBefore = cellBefore,
                After = after,
                CellAfter = cellAfter,
                Output = output,
                Lengths = lengths,
            },
            step);

    /// <summary>The vector form of <see cref="BackwardRows"/>.</summary>
    [IntrinsicImplementation]
    public static void BackwardItem(
        int item, ArrayView<float> gates, ArrayView<float> cellBefore, ArrayView<float> outputGradient,
        ArrayView<float> stateGradient, ArrayView<float> cellGradient, ArrayView<int> lengths, CellStep step) =>
        CellSimd.Run<BackwardVector>(
            item,
            new CellViews
            {
                Gates = gates,
                CellBefore = cellBefore,
                Output = outputGradient,
                StateGradient = stateGradient,
                CellGradient = cellGradient,
                Lengths = lengths,
            },
            step);

    private readonly struct ForwardVector : ICellVector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var h = row.Hidden;
            var c = VectorMath.LoadPartial<V>(row.CellBefore + j, count);
            if (!row.IsActive)
            {
                VectorMath.StorePartial(c, row.CellAfter + j, count);
                VectorMath.StorePartial(VectorMath.LoadPartial<V>(row.Before + j, count), row.After + j, count);
                VectorMath.StorePartial(V.Zero, row.Output + j, count);
                return;
            }
            var i = VectorMath.Sigmoid(VectorMath.LoadPartial<V>(row.Gates + j, count));
            var f = VectorMath.Sigmoid(VectorMath.LoadPartial<V>(row.Gates + h + j, count));
            var g = VectorMath.Tanh(VectorMath.LoadPartial<V>(row.Gates + 2 * h + j, count));
            var o = VectorMath.Sigmoid(VectorMath.LoadPartial<V>(row.Gates + 3 * h + j, count));
            c = V.MultiplyAdd(f, c, i * g);
            var state = o * VectorMath.Tanh(c);
            VectorMath.StorePartial(i, row.Gates + j, count);
            VectorMath.StorePartial(f, row.Gates + h + j, count);
            VectorMath.StorePartial(g, row.Gates + 2 * h + j, count);
            VectorMath.StorePartial(o, row.Gates + 3 * h + j, count);
            VectorMath.StorePartial(c, row.CellAfter + j, count);
            VectorMath.StorePartial(state, row.After + j, count);
            VectorMath.StorePartial(state, row.Output + j, count);
        }
    }

    private readonly struct BackwardVector : ICellVector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var n = row.Hidden;
            if (!row.IsActive)
            {
                for (var gate = 0; gate < 4; gate++)
                    VectorMath.StorePartial(V.Zero, row.Gates + gate * n + j, count);
                return;
            }
            var one = V.Broadcast(1f);
            var i = VectorMath.LoadPartial<V>(row.Gates + j, count);
            var f = VectorMath.LoadPartial<V>(row.Gates + n + j, count);
            var g = VectorMath.LoadPartial<V>(row.Gates + 2 * n + j, count);
            var o = VectorMath.LoadPartial<V>(row.Gates + 3 * n + j, count);
            var c = VectorMath.LoadPartial<V>(row.CellBefore + j, count);
            var dh = VectorMath.LoadPartial<V>(row.StateGradient + j, count);
            if (row.Output != null)
                dh += VectorMath.LoadPartial<V>(row.Output + j, count);
            var tanhC = VectorMath.Tanh(V.MultiplyAdd(f, c, i * g));
            var dc = VectorMath.LoadPartial<V>(row.CellGradient + j, count) + dh * o * (one - tanhC * tanhC);
            VectorMath.StorePartial(dc * g * i * (one - i), row.Gates + j, count);
            VectorMath.StorePartial(dc * c * f * (one - f), row.Gates + n + j, count);
            VectorMath.StorePartial(dc * i * (one - g * g), row.Gates + 2 * n + j, count);
            VectorMath.StorePartial(dh * tanhC * o * (one - o), row.Gates + 3 * n + j, count);
            VectorMath.StorePartial(dc * f, row.CellGradient + j, count);
            VectorMath.StorePartial(V.Zero, row.StateGradient + j, count); // what goes on comes from the matrix product
        }
    }

    /// <summary>The step for GPUs: one work item for each hidden unit of each sequence.</summary>
    public static void ForwardUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> cellBefore, ArrayView<float> after,
        ArrayView<float> cellAfter, ArrayView<float> output, ArrayView<int> lengths, CellStep step)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var c = cellBefore[(long)b * step.StateStride + j];
        if (lengths.Length > 0 && step.Step >= lengths[b])
        {
            cellAfter[(long)b * step.NextStride + j] = c;
            after[(long)b * step.NextStride + j] = before[(long)b * step.StateStride + j];
            output[(long)b * step.OutputStride + j] = 0f;
            return;
        }
        var gate = (long)b * step.GateStride + j;
        var i = Sigmoid(gates[gate]);
        var f = Sigmoid(gates[gate + step.Hidden]);
        var g = XMath.Tanh(gates[gate + 2 * step.Hidden]);
        var o = Sigmoid(gates[gate + 3 * step.Hidden]);
        c = f * c + i * g;
        var state = o * XMath.Tanh(c);
        gates[gate] = i;
        gates[gate + step.Hidden] = f;
        gates[gate + 2 * step.Hidden] = g;
        gates[gate + 3 * step.Hidden] = o;
        cellAfter[(long)b * step.NextStride + j] = c;
        after[(long)b * step.NextStride + j] = state;
        output[(long)b * step.OutputStride + j] = state;
    }

    /// <summary>The backward step for GPUs: one work item for each hidden unit of each sequence.</summary>
    public static void BackwardUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> cellBefore, ArrayView<float> outputGradient,
        ArrayView<float> stateGradient, ArrayView<float> cellGradient, ArrayView<int> lengths, CellStep step)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var gate = (long)b * step.GateStride + j;
        if (lengths.Length > 0 && step.Step >= lengths[b])
        {
            for (var k = 0; k < 4; k++)
                gates[gate + k * step.Hidden] = 0f;
            return;
        }
        var i = gates[gate];
        var f = gates[gate + step.Hidden];
        var g = gates[gate + 2 * step.Hidden];
        var o = gates[gate + 3 * step.Hidden];
        var c = cellBefore[(long)b * step.StateStride + j];
        var dh = stateGradient[item];
        if (step.ReadsOutputGradient != 0)
            dh += outputGradient[(long)b * step.OutputStride + j];
        var tanhC = XMath.Tanh(f * c + i * g);
        var dc = cellGradient[item] + dh * o * (1f - tanhC * tanhC);
        gates[gate] = dc * g * i * (1f - i);
        gates[gate + step.Hidden] = dc * c * f * (1f - f);
        gates[gate + 2 * step.Hidden] = dc * i * (1f - g * g);
        gates[gate + 3 * step.Hidden] = dh * tanhC * o * (1f - o);
        cellGradient[item] = dc * f;
        stateGradient[item] = 0f;
    }

    private static float Sigmoid(float x) => 1f / (1f + XMath.Exp(-x));
}
