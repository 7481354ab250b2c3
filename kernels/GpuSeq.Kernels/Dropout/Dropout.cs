using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Dropout: y = x / (1 - rate) with probability 1 - rate, else 0 (Srivastava et al., 2014, in its inverted form). The mask is
/// never stored: the backward pass draws the same random numbers again.
/// </summary>
public sealed class Dropout
{
    private readonly KernelLibrary _library;

    internal Dropout(KernelLibrary library) => _library = library;

    /// <summary>y = x mask / (1 - rate).</summary>
    /// <param name="x">[N].</param>
    /// <param name="y">[N]; may be the same memory as x.</param>
    /// <param name="rate">The share that is dropped, from 0 to 1, exclusively; 0 copies.</param>
    /// <param name="seed">The seed of the mask.</param>
    /// <param name="call">The number of the call under the seed.</param>
    /// <exception cref="ArgumentException">The operands differ in length, or the rate is none.</exception>
    public void Forward(ArrayView<float> x, ArrayView<float> y, float rate, ulong seed, ulong call)
    {
        Check("Dropout", "x", x, "y", y, rate);
        if (rate == 0f)
            _library.Elementwise.Copy(x, y);
        else
            _library.Random.Drop(x, y, rate, seed, call, false);
    }

    /// <summary>dx (+)= dy mask / (1 - rate), with the mask of <see cref="Forward"/>.</summary>
    /// <param name="dy">[N].</param>
    /// <param name="dx">[N]; may be the same memory as dy.</param>
    /// <param name="rate">As in the forward pass.</param>
    /// <param name="seed">As in the forward pass.</param>
    /// <param name="call">As in the forward pass.</param>
    /// <param name="accumulate">Whether the gradient is added to what dx holds; otherwise dx is not read.</param>
    /// <exception cref="ArgumentException">The operands differ in length, or the rate is none.</exception>
    public void Backward(ArrayView<float> dy, ArrayView<float> dx, float rate, ulong seed, ulong call, bool accumulate)
    {
        Check("Dropout backward", "dy", dy, "dx", dx, rate);
        if (rate == 0f)
            _library.Elementwise.Scale(dy, 1f, dx, accumulate);
        else
            _library.Random.Drop(dy, dx, rate, seed, call, accumulate);
    }

    private static void Check(string operation, string name, ArrayView<float> x, string other, ArrayView<float> y, float rate)
    {
        if (!(rate is >= 0f and < 1f))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, $"{operation}: a rate is from 0 to 1, exclusively.");
        if (x.Length != y.Length)
            throw SizeMismatch.Between(operation, name, x.Length, other, y.Length);
    }
}
