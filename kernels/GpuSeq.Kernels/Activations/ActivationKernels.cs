using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Activation functions: y = f(x), and dx (+)= dy f'(x), elementwise.</summary>
internal static unsafe class ActivationKernels
{
    /// <summary>The function, and how the elements are cut.</summary>
    public struct Arguments
    {
        public FlatCut Cut;
        public int Activation;
        public int Write; // as Writing says
    }

    /// <summary>One lane computes one element.</summary>
    public static void ForwardLane(Index1D i, ArrayView<float> x, ArrayView<float> y, Arguments arguments) =>
        y[i] = ActivationFunctions.Forward((Activation)arguments.Activation, new ScalarLane(x[i])).Value;

    /// <summary>One lane computes one element; value is x or y.</summary>
    public static void BackwardLane(
        Index1D i, ArrayView<float> value, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments)
    {
        var gradient = dy[i] * ActivationFunctions.Derivative((Activation)arguments.Activation, new ScalarLane(value[i])).Value;
        dx[i] = arguments.Write == Writing.Add ? dx[i] + gradient : gradient;
    }

    /// <summary>Item i computes one part of the range.</summary>
    public static void ForwardPart(Index1D item, ArrayView<float> x, ArrayView<float> y, Arguments arguments) =>
        Forward(item, x, y, arguments);

    /// <summary>Item i computes one part of the range; value is x or y.</summary>
    public static void BackwardPart(
        Index1D item, ArrayView<float> value, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments) =>
        Backward(item, value, dy, dx, arguments);

    [IntrinsicImplementation]
    public static void Forward(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments) =>
        ActivationFunctions.With((Activation)arguments.Activation, new ForwardUser
        {
            X = x.Pointer(),
            Y = y.Pointer(),
            Write = arguments.Write,
            Item = item,
            Cut = arguments.Cut,
        });

    [IntrinsicImplementation]
    public static void Backward(int item, ArrayView<float> value, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments) =>
        ActivationFunctions.With((Activation)arguments.Activation, new BackwardUser
        {
            Value = value.Pointer(),
            Dy = dy.Pointer(),
            Dx = dx.Pointer(),
            Write = arguments.Write,
            Item = item,
            Cut = arguments.Cut,
        });

    private struct ForwardUser : IActivationUser
    {
        public float* X;
        public float* Y;
        public int Write;
        public int Item;
        public FlatCut Cut;

        public readonly void Use<TActivation>()
            where TActivation : struct, IActivation => VectorLoop.Run(new ForwardStep<TActivation>(X, Y, Write), Item, Cut);
    }

    private readonly struct ForwardStep<TActivation>(float* x, float* y, int write) : IVectorStep
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> =>
            VectorMath.Write(TActivation.Forward(VectorMath.LoadPartial<TVector>(x + i, count)), y + i, count, write);
    }

    private struct BackwardUser : IActivationUser
    {
        public float* Value;
        public float* Dy;
        public float* Dx;
        public int Write; // as Writing says
        public int Item;
        public FlatCut Cut;

        public readonly void Use<TActivation>()
            where TActivation : struct, IActivation =>
            VectorLoop.Run(new BackwardStep<TActivation>(Value, Dy, Dx, Write), Item, Cut);
    }

    private readonly struct BackwardStep<TActivation>(float* value, float* dy, float* dx, int write) : IVectorStep
        where TActivation : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var derivative = TActivation.Derivative(VectorMath.LoadPartial<TVector>(value + i, count));
            VectorMath.Write(VectorMath.LoadPartial<TVector>(dy + i, count) * derivative, dx + i, count, write);
        }
    }
}
