using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>Elementary functions: y = f(x), and dx (+)= dy f'(x), elementwise.</summary>
internal static unsafe class FunctionKernels
{
    /// <summary>The function with its bounds, and how the elements are cut.</summary>
    public struct Arguments
    {
        public FlatCut Cut;
        public int Function;
        public int Write; // as Writing says
        public float Low;
        public float High;
    }

    /// <summary>Lane i computes element i.</summary>
    public static void ForwardLane(Index1D i, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        var (low, high) = (new ScalarLane(arguments.Low), new ScalarLane(arguments.High));
        var value = new ScalarLane(x[i]);
        y[i] = ((ElementaryFunction)arguments.Function switch
        {
            ElementaryFunction.Square => Square.Value(value, low, high),
            ElementaryFunction.SquareRoot => SquareRoot.Value(value, low, high),
            ElementaryFunction.Exp => Exponential.Value(value, low, high),
            ElementaryFunction.Log => Logarithm.Value(value, low, high),
            ElementaryFunction.Abs => Magnitude.Value(value, low, high),
            ElementaryFunction.Erf => ErrorFunction.Value(value, low, high),
            _ => ClampBetween.Value(value, low, high),
        }).Value;
    }

    /// <summary>Lane i computes element i.</summary>
    public static void BackwardLane(Index1D i, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments)
    {
        var (low, high) = (new ScalarLane(arguments.Low), new ScalarLane(arguments.High));
        var value = new ScalarLane(x[i]);
        var slope = (ElementaryFunction)arguments.Function switch
        {
            ElementaryFunction.Square => Square.Slope(value, low, high),
            ElementaryFunction.SquareRoot => SquareRoot.Slope(value, low, high),
            ElementaryFunction.Exp => Exponential.Slope(value, low, high),
            ElementaryFunction.Log => Logarithm.Slope(value, low, high),
            ElementaryFunction.Abs => Magnitude.Slope(value, low, high),
            ElementaryFunction.Erf => ErrorFunction.Slope(value, low, high),
            _ => ClampBetween.Slope(value, low, high),
        };
        var gradient = dy[i] * slope.Value;
        dx[i] = arguments.Write == Writing.Add ? dx[i] + gradient : gradient;
    }

    /// <summary>Item i computes one part of the range.</summary>
    public static void ForwardPart(Index1D item, ArrayView<float> x, ArrayView<float> y, Arguments arguments) =>
        Forward(item, x, y, arguments);

    /// <summary>Item i computes one part of the range.</summary>
    public static void BackwardPart(Index1D item, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments) =>
        Backward(item, x, dy, dx, arguments);

    [IntrinsicImplementation]
    public static void Forward(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        switch ((ElementaryFunction)arguments.Function)
        {
            case ElementaryFunction.Square: Run<Square>(item, x, y, arguments); break;
            case ElementaryFunction.SquareRoot: Run<SquareRoot>(item, x, y, arguments); break;
            case ElementaryFunction.Exp: Run<Exponential>(item, x, y, arguments); break;
            case ElementaryFunction.Log: Run<Logarithm>(item, x, y, arguments); break;
            case ElementaryFunction.Abs: Run<Magnitude>(item, x, y, arguments); break;
            case ElementaryFunction.Erf: Run<ErrorFunction>(item, x, y, arguments); break;
            default: Run<ClampBetween>(item, x, y, arguments); break;
        }
    }

    [IntrinsicImplementation]
    public static void Backward(int item, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments)
    {
        switch ((ElementaryFunction)arguments.Function)
        {
            case ElementaryFunction.Square: RunBackward<Square>(item, x, dy, dx, arguments); break;
            case ElementaryFunction.SquareRoot: RunBackward<SquareRoot>(item, x, dy, dx, arguments); break;
            case ElementaryFunction.Exp: RunBackward<Exponential>(item, x, dy, dx, arguments); break;
            case ElementaryFunction.Log: RunBackward<Logarithm>(item, x, dy, dx, arguments); break;
            case ElementaryFunction.Abs: RunBackward<Magnitude>(item, x, dy, dx, arguments); break;
            case ElementaryFunction.Erf: RunBackward<ErrorFunction>(item, x, dy, dx, arguments); break;
            default: RunBackward<ClampBetween>(item, x, dy, dx, arguments); break;
        }
    }

    private static void Run<TFunction>(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
        where TFunction : struct, IFunction =>
        VectorLoop.Run(new ForwardStep<TFunction>(x.Pointer(), y.Pointer(), arguments), item, arguments.Cut);

    private static void RunBackward<TFunction>(
        int item, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dx, Arguments arguments)
        where TFunction : struct, IFunction =>
        VectorLoop.Run(new BackwardStep<TFunction>(x.Pointer(), dy.Pointer(), dx.Pointer(), arguments), item, arguments.Cut);

    private readonly struct ForwardStep<TFunction>(float* x, float* y, Arguments arguments) : IVectorStep
        where TFunction : struct, IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var (low, high) = (TVector.Broadcast(arguments.Low), TVector.Broadcast(arguments.High));
            var value = TFunction.Value(VectorMath.LoadPartial<TVector>(x + i, count), low, high);
            VectorMath.Write(value, y + i, count, arguments.Write);
        }
    }

    private readonly struct BackwardStep<TFunction>(float* x, float* dy, float* dx, Arguments arguments) : IVectorStep
        where TFunction : struct, IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var (low, high) = (TVector.Broadcast(arguments.Low), TVector.Broadcast(arguments.High));
            var slope = TFunction.Slope(VectorMath.LoadPartial<TVector>(x + i, count), low, high);
            VectorMath.Write(VectorMath.LoadPartial<TVector>(dy + i, count) * slope, dx + i, count, arguments.Write);
        }
    }
}
