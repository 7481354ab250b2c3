using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// One step of a gated recurrent unit in PyTorch's form, the reset gate after the matrix product, gates in the order r, z, n:
/// r = sigmoid(x_r + s_r), z = sigmoid(x_z + s_z), n = tanh(x_n + r s_n), h' = (1 - z) n + z h,
/// x the sums over the input and s those over the state.
/// </summary>
/// <remarks>
/// Backward: dz = dh' (h - n), dn = dh' (1 - z) (1 - n^2), dr = dn s_n; the sums over the input get dr, dz, dn through their
/// gates, those over the state dr, dz and dn r; dh' z goes on to h directly. A sequence that has ended keeps its state,
/// puts out zeros and passes gradients through.
/// </remarks>
internal static unsafe class GruCell
{
    /// <summary>Rows: sums over the input [3, H] (gates out), over the state [3, H], state before, after, output [H].</summary>
    public static void ForwardRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> recurrent, ArrayView<float> before, ArrayView<float> after,
        ArrayView<float> output, ArrayView<int> lengths, CellStep step) =>
        ForwardItem(item, gates, recurrent, before, after, output, lengths, step);

    /// <summary>Rows: gates and sums over the state in, gradients of both out; state before, output's gradient, carried one.</summary>
    public static void BackwardRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> recurrent, ArrayView<float> before, ArrayView<float> outputGradient,
        ArrayView<float> stateGradient, ArrayView<int> lengths, CellStep step) =>
        BackwardItem(item, gates, recurrent, before, outputGradient, stateGradient, lengths, step);

    /// <summary>The vector form of <see cref="ForwardRows"/>.</summary>
    [IntrinsicImplementation]
    public static void ForwardItem(
        int item, ArrayView<float> gates, ArrayView<float> recurrent, ArrayView<float> before, ArrayView<float> after,
        ArrayView<float> output, ArrayView<int> lengths, CellStep step) =>
        CellSimd.Run<Forward>(
            item,
            new CellViews { Gates = gates, Recurrent = recurrent, Before = before, After = after, Output = output, Lengths = lengths },
            step);

    /// <summary>The vector form of <see cref="BackwardRows"/>.</summary>
    [IntrinsicImplementation]
    public static void BackwardItem(
        int item, ArrayView<float> gates, ArrayView<float> recurrent, ArrayView<float> before, ArrayView<float> outputGradient,
        ArrayView<float> stateGradient, ArrayView<int> lengths, CellStep step) =>
        CellSimd.Run<Backward>(
            item,
            new CellViews
            {
                Gates = gates,
                Recurrent = recurrent,
                Before = before,
                Output = outputGradient,
                StateGradient = stateGradient,
                Lengths = lengths,
            },
            step);

    private readonly struct Forward : ICell
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V>
        {
            CellSimd.Loop<ForwardGates, V>(row);
            CellSimd.Loop<ForwardUnit, V>(row);
        }

        public static void Skip(in CellRow row) => row.Keep();
    }

    private readonly struct ForwardGates : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var n = row.Hidden;
            var reset = VectorMath.LoadPartial<V>(row.Gates + j, count) + VectorMath.LoadPartial<V>(row.Recurrent + j, count);
            var update = VectorMath.LoadPartial<V>(row.Gates + n + j, count) + VectorMath.LoadPartial<V>(row.Recurrent + n + j, count);
            VectorMath.StorePartial(VectorMath.Sigmoid(reset), row.Gates + j, count);
            VectorMath.StorePartial(VectorMath.Sigmoid(update), row.Gates + n + j, count);
        }
    }

    private readonly struct ForwardUnit : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var n = row.Hidden;
            var reset = VectorMath.LoadPartial<V>(row.Gates + j, count);
            var update = VectorMath.LoadPartial<V>(row.Gates + n + j, count);
            var candidate = VectorMath.Tanh(V.MultiplyAdd(
                reset, VectorMath.LoadPartial<V>(row.Recurrent + 2 * n + j, count),
                VectorMath.LoadPartial<V>(row.Gates + 2 * n + j, count)));
            var state = V.MultiplyAdd(update, VectorMath.LoadPartial<V>(row.Before + j, count) - candidate, candidate);
            VectorMath.StorePartial(candidate, row.Gates + 2 * n + j, count);
            VectorMath.StorePartial(state, row.After + j, count);
            VectorMath.StorePartial(state, row.Output + j, count);
        }
    }

    private readonly struct Backward : ICell
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V> => CellSimd.Loop<BackwardUnit, V>(row);

        public static void Skip(in CellRow row)
        {
            row.Clear(row.Gates, 3);
            row.Clear(row.Recurrent, 3);
        }
    }

    private readonly struct BackwardUnit : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var n = row.Hidden;
            var one = V.Broadcast(1f);
            var reset = VectorMath.LoadPartial<V>(row.Gates + j, count);
            var update = VectorMath.LoadPartial<V>(row.Gates + n + j, count);
            var candidate = VectorMath.LoadPartial<V>(row.Gates + 2 * n + j, count);
            var dh = VectorMath.LoadPartial<V>(row.StateGradient + j, count);
            if (row.Output != null)
                dh += VectorMath.LoadPartial<V>(row.Output + j, count);
            var dCandidate = dh * (one - update) * (one - candidate * candidate);
            var dUpdate = dh * (VectorMath.LoadPartial<V>(row.Before + j, count) - candidate) * update * (one - update);
            var dReset = dCandidate * VectorMath.LoadPartial<V>(row.Recurrent + 2 * n + j, count) * reset * (one - reset);
            VectorMath.StorePartial(dReset, row.Gates + j, count);
            VectorMath.StorePartial(dReset, row.Recurrent + j, count);
            VectorMath.StorePartial(dUpdate, row.Gates + n + j, count);
            VectorMath.StorePartial(dUpdate, row.Recurrent + n + j, count);
            VectorMath.StorePartial(dCandidate, row.Gates + 2 * n + j, count);
            VectorMath.StorePartial(dCandidate * reset, row.Recurrent + 2 * n + j, count);
            VectorMath.StorePartial(dh * update, row.StateGradient + j, count);
        }
    }

    /// <summary>The step for GPUs: one work item for each hidden unit of each sequence.</summary>
    public static void ForwardUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> recurrent, ArrayView<float> before, ArrayView<float> after,
        ArrayView<float> output, ArrayView<int> lengths, CellStep step)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var state = before[(long)b * step.StateStride + j];
        var isActive = lengths.Length == 0 || step.Step < lengths[b];
        if (isActive)
        {
            var gate = (long)b * step.GateStride + j;
            var sum = (long)b * step.RecurrentStride + j;
            var reset = CellUnit.Sigmoid(gates[gate] + recurrent[sum]);
            var update = CellUnit.Sigmoid(gates[gate + step.Hidden] + recurrent[sum + step.Hidden]);
            var candidate = XMath.Tanh(gates[gate + 2 * step.Hidden] + reset * recurrent[sum + 2 * step.Hidden]);
            state = candidate + update * (state - candidate);
            gates[gate] = reset;
            gates[gate + step.Hidden] = update;
            gates[gate + 2 * step.Hidden] = candidate;
        }
        after[(long)b * step.NextStride + j] = state;
        output[(long)b * step.OutputStride + j] = isActive ? state : 0f;
    }

    /// <summary>The backward step for GPUs: one work item for each hidden unit of each sequence.</summary>
    public static void BackwardUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> recurrent, ArrayView<float> before, ArrayView<float> outputGradient,
        ArrayView<float> stateGradient, ArrayView<int> lengths, CellStep step)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var gate = (long)b * step.GateStride + j;
        var sum = (long)b * step.RecurrentStride + j;
        if (lengths.Length > 0 && step.Step >= lengths[b])
        {
            for (var k = 0; k < 3; k++)
            {
                gates[gate + k * step.Hidden] = 0f;
                recurrent[sum + k * step.Hidden] = 0f;
            }
            return;
        }
        var reset = gates[gate];
        var update = gates[gate + step.Hidden];
        var candidate = gates[gate + 2 * step.Hidden];
        var dh = stateGradient[item];
        if (step.ReadsOutputGradient != 0)
            dh += outputGradient[(long)b * step.OutputStride + j];
        var dCandidate = dh * (1f - update) * (1f - candidate * candidate);
        var dUpdate = dh * (before[(long)b * step.StateStride + j] - candidate) * update * (1f - update);
        var dReset = dCandidate * recurrent[sum + 2 * step.Hidden] * reset * (1f - reset);
        gates[gate] = dReset;
        recurrent[sum] = dReset;
        gates[gate + step.Hidden] = dUpdate;
        recurrent[sum + step.Hidden] = dUpdate;
        gates[gate + 2 * step.Hidden] = dCandidate;
        recurrent[sum + 2 * step.Hidden] = dCandidate * reset;
        stateGradient[item] = dh * update;
    }
}
