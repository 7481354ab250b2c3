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
/// puts out zeros and passes gradients through. Where a projection of h' follows (<see cref="LstmProjection"/>), h' goes to
/// it alone: there is no state before and no output, and a sequence that has ended has zeros for h'.
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
        CellSimd.Run<Forward>(
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
        CellSimd.Run<Backward>(
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

    private readonly struct Forward : ICell
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V>
        {
            CellSimd.Activate<Sigmoid, V>(row, firstGate: 0, gates: 2);
            CellSimd.Activate<Tanh, V>(row, firstGate: 2);
            CellSimd.Activate<Sigmoid, V>(row, firstGate: 3);
            CellSimd.Loop<ForwardUnit, V>(row);
        }

        public static void Skip(in CellRow row)
        {
            if (row.Before != null)
                row.Keep();
            else
                row.Clear(row.After);
            new ReadOnlySpan<float>(row.CellBefore, row.Hidden).CopyTo(new(row.CellAfter, row.Hidden));
        }
    }

    private readonly struct ForwardUnit : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var n = row.Hidden;
            var i = VectorMath.LoadPartial<V>(row.Gates + j, count);
            var f = VectorMath.LoadPartial<V>(row.Gates + n + j, count);
            var g = VectorMath.LoadPartial<V>(row.Gates + 2 * n + j, count);
            var o = VectorMath.LoadPartial<V>(row.Gates + 3 * n + j, count);
            var c = V.MultiplyAdd(f, VectorMath.LoadPartial<V>(row.CellBefore + j, count), i * g);
            var state = o * VectorMath.Tanh(c);
            VectorMath.StorePartial(c, row.CellAfter + j, count);
            VectorMath.StorePartial(state, row.After + j, count);
            if (row.Output != null)
                VectorMath.StorePartial(state, row.Output + j, count);
        }
    }

    private readonly struct Backward : ICell
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V>
        {
            CellSimd.Loop<BackwardOutput, V>(row);
            CellSimd.Loop<BackwardUnit, V>(row);
            row.Clear(row.StateGradient); // what goes on comes from the matrix product
        }

        public static void Skip(in CellRow row) => row.Clear(row.Gates, 4);
    }

    // Through h' = o tanh(c'): the gradients of o's sum and of c'.
    private readonly struct BackwardOutput : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var n = row.Hidden;
            var i = VectorMath.LoadPartial<V>(row.Gates + j, count);
            var f = VectorMath.LoadPartial<V>(row.Gates + n + j, count);
            var g = VectorMath.LoadPartial<V>(row.Gates + 2 * n + j, count);
            var o = VectorMath.LoadPartial<V>(row.Gates + 3 * n + j, count);
            var dh = VectorMath.LoadPartial<V>(row.StateGradient + j, count);
            if (row.Output != null)
                dh += VectorMath.LoadPartial<V>(row.Output + j, count);
            var tanh = VectorMath.Tanh(V.MultiplyAdd(f, VectorMath.LoadPartial<V>(row.CellBefore + j, count), i * g));
            dh *= o;
            var one = V.Broadcast(1f);
            VectorMath.StorePartial(dh * tanh * (one - o), row.Gates + 3 * n + j, count);
            VectorMath.StorePartial(
                V.MultiplyAdd(dh, one - tanh * tanh, VectorMath.LoadPartial<V>(row.CellGradient + j, count)), row.CellGradient + j, count);
        }
    }

    // Through c' = f c + i g: the gradients of the other sums and of c.
    private readonly struct BackwardUnit : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var n = row.Hidden;
            var one = V.Broadcast(1f);
            var i = VectorMath.LoadPartial<V>(row.Gates + j, count);
            var f = VectorMath.LoadPartial<V>(row.Gates + n + j, count);
            var g = VectorMath.LoadPartial<V>(row.Gates + 2 * n + j, count);
            var dc = VectorMath.LoadPartial<V>(row.CellGradient + j, count);
            VectorMath.StorePartial(dc * g * i * (one - i), row.Gates + j, count);
            VectorMath.StorePartial(
                dc * VectorMath.LoadPartial<V>(row.CellBefore + j, count) * f * (one - f), row.Gates + n + j, count);
            VectorMath.StorePartial(dc * i * (one - g * g), row.Gates + 2 * n + j, count);
            VectorMath.StorePartial(dc * f, row.CellGradient + j, count);
        }
    }

    /// <summary>The step for GPUs: one work item for each hidden unit of each sequence.</summary>
    public static void ForwardUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> cellBefore, ArrayView<float> after,
        ArrayView<float> cellAfter, ArrayView<float> output, ArrayView<int> lengths, CellStep step)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var isActive = lengths.Length == 0 || step.Step < lengths[b];
        var c = cellBefore[(long)b * step.StateStride + j];
        var state = !isActive && before.Length > 0 ? before[(long)b * step.StateStride + j] : 0f;
        if (isActive)
        {
            var gate = (long)b * step.GateStride + j;
            var i = CellUnit.Sigmoid(gates[gate]);
            var f = CellUnit.Sigmoid(gates[gate + step.Hidden]);
            var g = XMath.Tanh(gates[gate + 2 * step.Hidden]);
            var o = CellUnit.Sigmoid(gates[gate + 3 * step.Hidden]);
            c = f * c + i * g;
            state = o * XMath.Tanh(c);
            gates[gate] = i;
            gates[gate + step.Hidden] = f;
            gates[gate + 2 * step.Hidden] = g;
            gates[gate + 3 * step.Hidden] = o;
        }
        cellAfter[(long)b * step.NextStride + j] = c;
        after[(long)b * step.AfterStride + j] = state;
        if (output.Length > 0)
            output[(long)b * step.OutputStride + j] = isActive ? state : 0f;
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
}
