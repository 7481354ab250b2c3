using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Elementary functions over whole tensors: y = f(x) and dx = dy f'(x), elementwise.</summary>
public sealed class Functions
{
    private const int ItemLength = 16 * 1024; // a few microseconds

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, FunctionKernels.Arguments> _forward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, FunctionKernels.Arguments> _backward;

    internal Functions(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        _forward = library.LoadKernel<ArrayView<float>, ArrayView<float>, FunctionKernels.Arguments>(
            isRow ? FunctionKernels.ForwardPart : FunctionKernels.ForwardLane);
        _backward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, FunctionKernels.Arguments>(
            isRow ? FunctionKernels.BackwardPart : FunctionKernels.BackwardLane);
    }

    /// <summary>y = f(x).</summary>
    /// <param name="function">f.</param>
    /// <param name="x">[N].</param>
    /// <param name="y">[N]; may be the same memory as x.</param>
    /// <param name="low">The lower bound of <see cref="ElementaryFunction.Clamp"/>.</param>
    /// <param name="high">The upper bound of <see cref="ElementaryFunction.Clamp"/>.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Forward(ElementaryFunction function, ArrayView<float> x, ArrayView<float> y, float low = 0f, float high = 0f)
    {
        if (x.Length != y.Length)
            throw SizeMismatch.Between($"{function}", "x", x.Length, "y", y.Length);
        if (x.Length == 0)
            return;
        var arguments = Arguments(function, x.Length, low, high, accumulate: false);
        _forward(_library.FlatItems(arguments.Cut), x, y, arguments);
    }

    /// <summary>dx (+)= dy f'(x).</summary>
    /// <param name="function">f.</param>
    /// <param name="x">[N].</param>
    /// <param name="dy">[N].</param>
    /// <param name="dx">[N]; may be the same memory as dy.</param>
    /// <param name="accumulate">Whether the gradient is added to what dx holds; otherwise dx is not read.</param>
    /// <param name="low">As in <see cref="Forward"/>.</param>
    /// <param name="high">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Backward(
        ElementaryFunction function, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dx, bool accumulate,
        float low = 0f, float high = 0f)
    {
        if (x.Length != dy.Length)
            throw SizeMismatch.Between($"{function} backward", "x", x.Length, "dy", dy.Length);
        if (dx.Length != dy.Length)
            throw SizeMismatch.Between($"{function} backward", "dx", dx.Length, "dy", dy.Length);
        if (dy.Length == 0)
            return;
        var arguments = Arguments(function, x.Length, low, high, accumulate);
        _backward(_library.FlatItems(arguments.Cut), x, dy, dx, arguments);
    }

    private FunctionKernels.Arguments Arguments(ElementaryFunction function, long length, float low, float high, bool accumulate) => new()
    {
        Cut = new(_library, length, ItemLength),
        Function = (int)function,
        Write = Writing.Of(_library, length, accumulate),
        Low = low,
        High = high,
    };
}
