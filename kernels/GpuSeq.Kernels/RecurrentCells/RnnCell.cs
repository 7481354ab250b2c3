using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// One step of an Elman network (Elman 1990): h' = tanh(s) or max(0, s), s the sum of the input's and the state's products
/// and biases. The gates of the tape hold s before and h' after the step. Without an activation, h' = s, it ends the step of
/// an LSTM with a projection.
/// </summary>
/// <remarks>
/// Backward: ds = dh' (1 - h'^2), or dh' where h' > 0, or dh'. A sequence that has ended keeps its state, puts out zeros and passes
/// gradients through.
/// </remarks>
internal static unsafe class RnnCell
{
    /// <summary>Rows: sums in and states out [H], state before [H], after [H], output [H].</summary>
    public static void ForwardRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> after, ArrayView<float> output,
        ArrayView<int> lengths, CellStep step, int activation) =>
        ForwardItem(item, gates, before, after, output, lengths, step, activation);

    /// <summary>Rows: states in and gradients of the sums out [H], gradient of the output [H], carried gradient [H].</summary>
    public static void BackwardRows(
        Index1D item, ArrayView<float> gates, ArrayView<float> outputGradient, ArrayView<float> stateGradient,
        ArrayView<int> lengths, CellStep step, int activation) =>
        BackwardItem(item, gates, outputGradient, stateGradient, lengths, step, activation);

    /// <summary>The vector form of <see cref="ForwardRows"/>.</summary>
    [IntrinsicImplementation]
    public static void ForwardItem(
        int item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> after, ArrayView<float> output,
        ArrayView<int> lengths, CellStep step, int activation)
    {
        var views = new CellViews { Gates = gates, Before = before, After = after, Output = output, Lengths = lengths };
        switch ((Activation)activation)
        {
            case Activation.Relu:
                CellSimd.Run<Forward<ReluUnit>>(item, views, step);
                break;
            case Activation.Tanh:
                CellSimd.Run<Forward<TanhUnit>>(item, views, step);
                break;
            default:
                CellSimd.Run<Forward<LinearUnit>>(item, views, step);
                break;
        }
    }

    /// <summary>The vector form of <see cref="BackwardRows"/>.</summary>
    [IntrinsicImplementation]
    public static void BackwardItem(
        int item, ArrayView<float> gates, ArrayView<float> outputGradient, ArrayView<float> stateGradient,
        ArrayView<int> lengths, CellStep step, int activation)
    {
        var views = new CellViews { Gates = gates, Output = outputGradient, StateGradient = stateGradient, Lengths = lengths };
        switch ((Activation)activation)
        {
            case Activation.Relu:
                CellSimd.Run<Backward<ReluUnit>>(item, views, step);
                break;
            case Activation.Tanh:
                CellSimd.Run<Backward<TanhUnit>>(item, views, step);
                break;
            default:
                CellSimd.Run<Backward<LinearUnit>>(item, views, step);
                break;
        }
    }

    private interface IUnit
    {
        static abstract V Value<V>(V sum)
            where V : struct, IVector<V>;

        static abstract V Gradient<V>(V value, V upstream)
            where V : struct, IVector<V>;
    }

    private readonly struct TanhUnit : IUnit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Value<V>(V sum)
            where V : struct, IVector<V> => VectorMath.Tanh(sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Gradient<V>(V value, V upstream)
            where V : struct, IVector<V> => upstream * (V.Broadcast(1f) - value * value);
    }

    private readonly struct ReluUnit : IUnit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Value<V>(V sum)
            where V : struct, IVector<V> => V.Max(sum, V.Zero);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Gradient<V>(V value, V upstream)
            where V : struct, IVector<V> => V.Select(V.LessThan(V.Zero, value), upstream, V.Zero);
    }

    private readonly struct LinearUnit : IUnit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Value<V>(V sum)
            where V : struct, IVector<V> => sum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Gradient<V>(V value, V upstream)
            where V : struct, IVector<V> => upstream;
    }

    private readonly struct Forward<TUnit> : ICell
        where TUnit : struct, IUnit
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V> => CellSimd.Loop<ForwardUnit<TUnit>, V>(row);

        public static void Skip(in CellRow row) => row.Keep();
    }

    private readonly struct ForwardUnit<TUnit> : IUnitLoop
        where TUnit : struct, IUnit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var state = TUnit.Value(VectorMath.LoadPartial<V>(row.Gates + j, count));
            VectorMath.StorePartial(state, row.Gates + j, count);
            VectorMath.StorePartial(state, row.After + j, count);
            VectorMath.StorePartial(state, row.Output + j, count);
        }
    }

    private readonly struct Backward<TUnit> : ICell
        where TUnit : struct, IUnit
    {
        public static void Step<V>(in CellRow row)
            where V : struct, IVector<V>
        {
            CellSimd.Loop<BackwardUnit<TUnit>, V>(row);
            row.Clear(row.StateGradient); // what goes on comes from the matrix product
        }

        public static void Skip(in CellRow row) => row.Clear(row.Gates);
    }

    private readonly struct BackwardUnit<TUnit> : IUnitLoop
        where TUnit : struct, IUnit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<V>(in CellRow row, int j, int count)
            where V : struct, IVector<V>
        {
            var dh = VectorMath.LoadPartial<V>(row.StateGradient + j, count);
            if (row.Output != null)
                dh += VectorMath.LoadPartial<V>(row.Output + j, count);
            VectorMath.StorePartial(TUnit.Gradient(VectorMath.LoadPartial<V>(row.Gates + j, count), dh), row.Gates + j, count);
        }
    }

    /// <summary>The step for GPUs: one work item for each hidden unit of each sequence.</summary>
    public static void ForwardUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> before, ArrayView<float> after, ArrayView<float> output,
        ArrayView<int> lengths, CellStep step, int activation)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var gate = (long)b * step.GateStride + j;
        var isActive = lengths.Length == 0 || step.Step < lengths[b];
        var state = before[(long)b * step.StateStride + j];
        if (isActive)
        {
            state = gates[gate];
            if (activation == (int)Activation.Relu)
                state = XMath.Max(state, 0f);
            if (activation == (int)Activation.Tanh)
                state = XMath.Tanh(state);
            gates[gate] = state;
        }
        after[(long)b * step.NextStride + j] = state;
        output[(long)b * step.OutputStride + j] = isActive ? state : 0f;
    }

    /// <summary>The backward step for GPUs: one work item for each hidden unit of each sequence.</summary>
    public static void BackwardUnits(
        Index1D item, ArrayView<float> gates, ArrayView<float> outputGradient, ArrayView<float> stateGradient,
        ArrayView<int> lengths, CellStep step, int activation)
    {
        var b = item.X / step.Hidden;
        var j = item.X % step.Hidden;
        var gate = (long)b * step.GateStride + j;
        if (lengths.Length > 0 && step.Step >= lengths[b])
        {
            gates[gate] = 0f;
            return;
        }
        var dh = stateGradient[item];
        if (step.ReadsOutputGradient != 0)
            dh += outputGradient[(long)b * step.OutputStride + j];
        var state = gates[gate];
        if (activation == (int)Activation.Relu && !(state > 0f))
            dh = 0f;
        if (activation == (int)Activation.Tanh)
            dh *= 1f - state * state;
        gates[gate] = dh;
        stateGradient[item] = 0f;
    }
}
