using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Losses, elementwise: y = w f(x, t), and dx (+)= g w f'(x, t) with g one number or one for each element.</summary>
internal static unsafe class LossKernels
{
    /// <summary>The function, and how the elements are cut.</summary>
    public struct Arguments
    {
        public FlatCut Cut;
        public int Function;
        public int Write; // as Writing says
        public float Scale; // of the gradient
    }

    /// <summary>The operands that both directions read; empty weights are 1 everywhere.</summary>
    public struct Operands
    {
        public ArrayView<float> X;
        public ArrayView<float> Targets;
        public ArrayView<float> Weights;
        public ArrayView<float> PositiveWeights;
    }

    /// <summary>One lane computes one element.</summary>
    public static void ForwardLane(Index1D i, Operands operands, ArrayView<float> y, Arguments arguments)
    {
        var (x, target) = (new ScalarLane(operands.X[i]), new ScalarLane(operands.Targets[i]));
        var positive = new ScalarLane(operands.PositiveWeights.Length > 0 ? operands.PositiveWeights[i] : 1f);
        var value = arguments.Function == (int)LossFunction.SquaredError
            ? SquaredError.Value(x, target, positive)
            : BinaryCrossEntropy.Value(x, target, positive);
        y[i] = operands.Weights.Length > 0 ? operands.Weights[i] * value.Value : value.Value;
    }

    /// <summary>One lane computes one element.</summary>
    public static void BackwardLane(Index1D i, Operands operands, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments)
    {
        var (x, target) = (new ScalarLane(operands.X[i]), new ScalarLane(operands.Targets[i]));
        var positive = new ScalarLane(operands.PositiveWeights.Length > 0 ? operands.PositiveWeights[i] : 1f);
        var slope = arguments.Function == (int)LossFunction.SquaredError
            ? SquaredError.Slope(x, target, positive)
            : BinaryCrossEntropy.Slope(x, target, positive);
        var factor = (dy.Length > 1 ? dy[i] : dy[0]) * arguments.Scale;
        var gradient = (operands.Weights.Length > 0 ? factor * operands.Weights[i] : factor) * slope.Value;
        dx[i] = arguments.Write == Writing.Add ? dx[i] + gradient : gradient;
    }

    /// <summary>Item i computes one part of the range.</summary>
    public static void ForwardPart(Index1D item, Operands operands, ArrayView<float> y, Arguments arguments) =>
        Forward(item, operands, y, arguments);

    /// <summary>Item i computes one part of the range.</summary>
    public static void BackwardPart(Index1D item, Operands operands, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments) =>
        Backward(item, operands, dy, dx, arguments);

    [IntrinsicImplementation]
    public static void Forward(int item, Operands operands, ArrayView<float> y, Arguments arguments)
    {
        var target = y.Pointer();
        if (arguments.Function == (int)LossFunction.SquaredError)
            VectorLoop.Run(new ForwardStep<SquaredError>(new(operands), target), item, arguments.Cut);
        else
            VectorLoop.Run(new ForwardStep<BinaryCrossEntropy>(new(operands), target), item, arguments.Cut);
    }

    [IntrinsicImplementation]
    public static void Backward(int item, Operands operands, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments)
    {
        var upstream = dy.Pointer();
        var each = dy.Length > 1 ? upstream : null;
        var common = (each == null ? *upstream : 1f) * arguments.Scale;
        var gradient = dx.Pointer();
        var write = arguments.Write;
        if (arguments.Function == (int)LossFunction.SquaredError)
            VectorLoop.Run(new BackwardStep<SquaredError>(new(operands), each, common, gradient, write), item, arguments.Cut);
        else
            VectorLoop.Run(new BackwardStep<BinaryCrossEntropy>(new(operands), each, common, gradient, write), item, arguments.Cut);
    }

    /// <summary>The operands' addresses; null for weights that are 1 everywhere.</summary>
    private readonly struct Pointers(Operands operands)
    {
        private readonly float* _x = operands.X.Pointer();
        private readonly float* _targets = operands.Targets.Pointer();
        private readonly float* _weights = operands.Weights.Pointer();
        private readonly float* _positive = operands.PositiveWeights.Pointer();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector X<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> => VectorMath.LoadPartial<TVector>(_x + i, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Target<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> => VectorMath.LoadPartial<TVector>(_targets + i, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector PositiveWeight<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> =>
            _positive == null ? TVector.Broadcast(1f) : VectorMath.LoadPartial<TVector>(_positive + i, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Weighted<TVector>(TVector value, nint i, int count)
            where TVector : struct, IVector<TVector> =>
            _weights == null ? value : value * VectorMath.LoadPartial<TVector>(_weights + i, count);
    }

    private readonly struct ForwardStep<TLoss>(Pointers operands, float* y) : IVectorStep
        where TLoss : struct, ILoss
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var value = TLoss.Value(
                operands.X<TVector>(i, count), operands.Target<TVector>(i, count), operands.PositiveWeight<TVector>(i, count));
            VectorMath.StorePartial(operands.Weighted(value, i, count), y + i, count);
        }
    }

    private readonly struct BackwardStep<TLoss>(Pointers operands, float* dy, float common, float* dx, int write) : IVectorStep
        where TLoss : struct, ILoss
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var slope = TLoss.Slope(
                operands.X<TVector>(i, count), operands.Target<TVector>(i, count), operands.PositiveWeight<TVector>(i, count));
            var gradient = operands.Weighted(TVector.Broadcast(common) * slope, i, count);
            if (dy != null)
                gradient *= VectorMath.LoadPartial<TVector>(dy + i, count);
            VectorMath.Write(gradient, dx + i, count, write);
        }
    }
}
