using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Activation functions over whole tensors: y = f(x) and dx = dy f'(x), elementwise.</summary>
public sealed class Activations
{
    private const int ItemLength = 4096; // about 4 microseconds

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ActivationKernels.Arguments> _forward;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ActivationKernels.Arguments> _backward;

    internal Activations(KernelLibrary library)
    {
        _library = library;
        var isRow = library.Shape == KernelShape.Row;
        _forward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ActivationKernels.Arguments>(
            isRow ? ActivationKernels.ForwardPart : ActivationKernels.ForwardLane);
        _backward = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ActivationKernels.Arguments>(
            isRow ? ActivationKernels.BackwardPart : ActivationKernels.BackwardLane);
    }

    /// <summary>Whether <see cref="Backward"/> reads y, the function's value; otherwise it reads x.</summary>
    public static bool BackwardReadsOutput(Activation activation) => ActivationFunctions.DerivativeReadsOutput(activation);

    /// <summary>y = f(x).</summary>
    /// <param name="activation">The function.</param>
    /// <param name="x">[N].</param>
    /// <param name="y">[N]; may be the same memory as x.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Forward(Activation activation, ArrayView<float> x, ArrayView<float> y)
    {
        if (x.Length != y.Length)
            throw SizeMismatch.Between($"{activation}", "x", x.Length, "y", y.Length);
        if (x.Length == 0)
            return;
        var cut = new FlatCut(_library, x.Length, ItemLength);
        var write = Writing.Of(_library, x.Length, accumulate: false);
        _forward(_library.FlatItems(cut), x, y, new() { Cut = cut, Activation = (int)activation, Write = write });
    }

    /// <summary>dx (+)= dy f'(x).</summary>
    /// <param name="activation">The function.</param>
    /// <param name="x">[N]; not read, and may be empty, where <see cref="BackwardReadsOutput"/>.</param>
    /// <param name="y">[N], f(x); not read, and may be empty, elsewhere.</param>
    /// <param name="dy">[N].</param>
    /// <param name="dx">[N]; may be the same memory as dy.</param>
    /// <param name="accumulate">Whether the gradient is added to what dx holds; otherwise dx is not read.</param>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public void Backward(
        Activation activation, ArrayView<float> x, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, bool accumulate)
    {
        var readsOutput = BackwardReadsOutput(activation);
        var value = readsOutput ? y : x;
        if (value.Length != dy.Length)
            throw SizeMismatch.Between($"{activation} backward", readsOutput ? "y" : "x", value.Length, "dy", dy.Length);
        if (dx.Length != dy.Length)
            throw SizeMismatch.Between($"{activation} backward", "dx", dx.Length, "dy", dy.Length);
        if (dy.Length == 0)
            return;
        var cut = new FlatCut(_library, dy.Length, ItemLength);
        _backward(
            _library.FlatItems(cut), value, dy, dx,
            new() { Cut = cut, Activation = (int)activation, Write = Writing.Of(_library, dy.Length, accumulate) });
    }
}
