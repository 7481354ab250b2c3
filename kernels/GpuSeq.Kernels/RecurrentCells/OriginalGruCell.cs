using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// One step of a gated recurrent unit in its original form (Cho et al. 2014, equations 5 to 8), the reset gate before the
/// matrix product: n = tanh(x_n + W_n (r h) + b_n), the rest as in <see cref="GruCell"/>. The product with r h stands in the
/// middle of the step, so forward and backward are two kernels each: reset, then update.
/// </summary>
/// <remarks>
/// Backward in reverse order: dn = dh' (1 - z) (1 - n^2), dz = dh' (h - n) z (1 - z), and dh' z goes on; the product gives
/// d(r h) = dn W_n; then dr = d(r h) h r (1 - r), and d(r h) r goes on too.
/// </remarks>
internal static unsafe class OriginalGruCell
{
    /// <summary>Rows: complete sums of r and z in [3, H], gates out; r h out; state before.</summary>
    public static void ResetRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> resetState, ArrayView<float> before, ArrayView<int> lengths,
        CellStep step) =>
        ResetItem(item, gates, resetState, before, lengths, step);

    /// <summary>Rows: gates r and z and the complete sum of n in, gate out; state before and after; output.</summary>
    public static void UpdateRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> after, ArrayView<float> output,
        ArrayView<int> lengths, CellStep step) =>
        UpdateItem(item, gates, before, after, output, lengths, step);

    /// <summary>Rows: gates in, gradients of the sums of z and n out; carried gradient in, dh' z out.</summary>
    public static void UpdateBackwardRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> outputGradient,
        ArrayView<float> stateGradient, ArrayView<int> lengths, CellStep step) =>
        UpdateBackwardItem(item, gates, before, outputGradient, stateGradient, lengths, step);

    /// <summary>Rows: gate r in, gradient of its sum out; d(r h) in [B, H]; carried gradient in and out.</summary>
    public static void ResetBackwardRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> resetStateGradient,
        ArrayView<float> stateGradient, ArrayView<int> lengths, CellStep step) =>
        ResetBackwardItem(item, gates, before, resetStateGradient, stateGradient, lengths, step);

    /// <summary>The vector form of <see cref="ResetRows"/>.</summary>
    [IntrinsicImplementation]
    public static void ResetItem(
        int item, ArrayView<float> gates, ArrayView<float> resetState, ArrayView<float> before, ArrayView<int> lengths,
        CellStep step) =>
        CellSimd.Run<Reset>(
            item, new CellViews { Gates = gates, Recurrent = resetState, Before = before, Lengths = lengths }, step);

    /// <summary>The vector form of <see cref="UpdateRows"/>.</summary>
    [IntrinsicImplementation]
    public static void UpdateItem(
        int item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> after, ArrayView<float> output,
        ArrayView<int> lengths, CellStep step) =>
        CellSimd.Run<Update>(
            item, new CellViews { Gates = gates, Before = before, After = after, Output = output, Lengths = lengths }, step);

    /// <summary>The vector form of <see cref="UpdateBackwardRows"/>.</summary>
    [IntrinsicImplementation]
    public static void UpdateBackwardItem(
        int item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> outputGradient,
        ArrayView<float> stateGradient, ArrayView<int> lengths, CellStep step) =>
        CellSimd.Run<UpdateBackward>(
            item,
            new CellViews { Gates = gates, Before = before, Output = outputGradient, StateGradient = stateGradient, Lengths = lengths },
            step);

    /// <summary>The vector form of <see cref="ResetBackwardRows"/>.</summary>
    [IntrinsicImplementation]
    public static void ResetBackwardItem(
        int item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> resetStateGradient,
        ArrayView<float> stateGradient, ArrayView<int> lengths, CellStep step) =>
        CellSimd.Run<ResetBackward>(
            item,
            new CellViews
            {
                Gates = gates,
                Before = before,
                CellGradient = resetStateGradient,
                StateGradient = stateGradient,
                Lengths = lengths,
            },
            step);

    private readonly struct Reset : ICell
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V> => CellSimd.Loop<ResetUnit, V>(row);

        public static void Skip(in CellRow row) => row.Clear(row.Recurrent);
    }

    private readonly struct ResetUnit : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var n = row.Hidden;
            var reset = VectorMath.Sigmoid(VectorMath.LoadPartial<V>(row.Gates + j, count));
            var update = VectorMath.Sigmoid(VectorMath.LoadPartial<V>(row.Gates + n + j, count));
            VectorMath.StorePartial(reset, row.Gates + j, count);
            VectorMath.StorePartial(update, row.Gates + n + j, count);
            VectorMath.StorePartial(reset * VectorMath.LoadPartial<V>(row.Before + j, count), row.Recurrent + j, count);
        }
    }

    private readonly struct Update : ICell
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V> => CellSimd.Loop<UpdateUnit, V>(row);

        public static void Skip(in CellRow row) => row.Keep();
    }

    private readonly struct UpdateUnit : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var h = VectorMath.LoadPartial<V>(row.Before + j, count);
            var n = row.Hidden;
            var update = VectorMath.LoadPartial<V>(row.Gates + n + j, count);
            var candidate = VectorMath.Tanh(VectorMath.LoadPartial<V>(row.Gates + 2 * n + j, count));
            var state = V.MultiplyAdd(update, h - candidate, candidate);
            VectorMath.StorePartial(candidate, row.Gates + 2 * n + j, count);
            VectorMath.StorePartial(state, row.After + j, count);
            VectorMath.StorePartial(state, row.Output + j, count);
        }
    }

    private readonly struct UpdateBackward : ICell
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V> => CellSimd.Loop<UpdateBackwardUnit, V>(row);

        public static void Skip(in CellRow row) => row.Clear(row.Gates + row.Hidden, 2);
    }

    private readonly struct UpdateBackwardUnit : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var n = row.Hidden;
            var one = V.Broadcast(1f);
            var update = VectorMath.LoadPartial<V>(row.Gates + n + j, count);
            var candidate = VectorMath.LoadPartial<V>(row.Gates + 2 * n + j, count);
            var dh = VectorMath.LoadPartial<V>(row.StateGradient + j, count);
            if (row.Output != null)
                dh += VectorMath.LoadPartial<V>(row.Output + j, count);
            var dUpdate = dh * (VectorMath.LoadPartial<V>(row.Before + j, count) - candidate) * update * (one - update);
            VectorMath.StorePartial(dUpdate, row.Gates + n + j, count);
            VectorMath.StorePartial(dh * (one - update) * (one - candidate * candidate), row.Gates + 2 * n + j, count);
            VectorMath.StorePartial(dh * update, row.StateGradient + j, count);
        }
    }

    private readonly struct ResetBackward : ICell
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V> => CellSimd.Loop<ResetBackwardUnit, V>(row);

        public static void Skip(in CellRow row) => row.Clear(row.Gates);
    }

    private readonly struct ResetBackwardUnit : IUnitLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var reset = VectorMath.LoadPartial<V>(row.Gates + j, count);
            var dResetState = VectorMath.LoadPartial<V>(row.CellGradient + j, count);
            var h = VectorMath.LoadPartial<V>(row.Before + j, count);
            VectorMath.StorePartial(dResetState * h * reset * (V.Broadcast(1f) - reset), row.Gates + j, count);
            VectorMath.StorePartial(
                V.MultiplyAdd(dResetState, reset, VectorMath.LoadPartial<V>(row.StateGradient + j, count)), row.StateGradient + j, count);
        }
    }

    /// <summary>The first half of the step for GPUs.</summary>
    public static void ResetUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> resetState, ArrayView<float> before, ArrayView<int> lengths,
        CellStep step)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        if (lengths.Length > 0 && step.Step >= lengths[b])
        {
            resetState[(long)b * step.RecurrentStride + j] = 0f;
            return;
        }
        var gate = (long)b * step.GateStride + j;
        var reset = CellUnit.Sigmoid(gates[gate]);
        gates[gate] = reset;
        gates[gate + step.Hidden] = CellUnit.Sigmoid(gates[gate + step.Hidden]);
        resetState[(long)b * step.RecurrentStride + j] = reset * before[(long)b * step.StateStride + j];
    }

    /// <summary>The second half of the step for GPUs.</summary>
    public static void UpdateUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> after, ArrayView<float> output,
        ArrayView<int> lengths, CellStep step)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var state = before[(long)b * step.StateStride + j];
        var isActive = lengths.Length == 0 || step.Step < lengths[b];
        if (isActive)
        {
            var gate = (long)b * step.GateStride + j;
            var candidate = XMath.Tanh(gates[gate + 2 * step.Hidden]);
            gates[gate + 2 * step.Hidden] = candidate;
            state = candidate + gates[gate + step.Hidden] * (state - candidate);
        }
        after[(long)b * step.NextStride + j] = state;
        output[(long)b * step.OutputStride + j] = isActive ? state : 0f;
    }

    /// <summary>The first half of the backward step for GPUs.</summary>
    public static void UpdateBackwardUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> outputGradient,
        ArrayView<float> stateGradient, ArrayView<int> lengths, CellStep step)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var gate = (long)b * step.GateStride + j;
        if (lengths.Length > 0 && step.Step >= lengths[b])
        {
            gates[gate + step.Hidden] = 0f;
            gates[gate + 2 * step.Hidden] = 0f;
            return;
        }
        var update = gates[gate + step.Hidden];
        var candidate = gates[gate + 2 * step.Hidden];
        var dh = stateGradient[item];
        if (step.ReadsOutputGradient != 0)
            dh += outputGradient[(long)b * step.OutputStride + j];
        gates[gate + step.Hidden] = dh * (before[(long)b * step.StateStride + j] - candidate) * update * (1f - update);
        gates[gate + 2 * step.Hidden] = dh * (1f - update) * (1f - candidate * candidate);
        stateGradient[item] = dh * update;
    }

    /// <summary>The second half of the backward step for GPUs.</summary>
    public static void ResetBackwardUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> resetStateGradient,
        ArrayView<float> stateGradient, ArrayView<int> lengths, CellStep step)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var gate = (long)b * step.GateStride + j;
        if (lengths.Length > 0 && step.Step >= lengths[b])
        {
            gates[gate] = 0f;
            return;
        }
        var reset = gates[gate];
        var dResetState = resetStateGradient[item];
        gates[gate] = dResetState * before[(long)b * step.StateStride + j] * reset * (1f - reset);
        stateGradient[item] += dResetState * reset;
    }
}
