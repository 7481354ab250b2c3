using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// Convolution, which is cross-correlation here as in PyTorch: y[b, o, i, j] = bias[o] + the sum over c, u, v of
/// weight[o, c, u, v] x[b, c, i stride + u dilation - padding, j stride + v dilation - padding], x being 0 outside.
/// </summary>
/// <remarks>
/// On CPUs it is a matrix product whose right operand, the matrix of windows [inputs KH KW, B OH OW], is never stored: a work
/// item lays out a panel of it in a cache and multiplies (implicit GEMM; Chetlur et al., "cuDNN", 2014). The gradient of x
/// multiplies the other way and adds each window to where it was taken from. Sums run in an order that the shape decides.
/// </remarks>
public sealed class Convolution
{
    private readonly KernelLibrary _library;
    private readonly ConvolutionRowLaunches? _rows;
    private readonly ConvolutionGroupLaunches? _groups;

    internal Convolution(KernelLibrary library)
    {
        _library = library;
        if (library.Shape == KernelShape.Row)
            _rows = new(library);
        else
            _groups = new(library);
    }

    /// <summary>y = activation(convolution of x with weight + bias).</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="x">[B, inputs, H, W].</param>
    /// <param name="weight">[outputs, inputs / groups, KH, KW].</param>
    /// <param name="bias">[outputs], or empty for none.</param>
    /// <param name="y">[B, outputs, OH, OW].</param>
    /// <param name="activation">Applied in the same kernel.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Forward(
        in ConvolutionShape shape, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> y,
        Activation activation = Activation.None)
    {
        Check(shape);
        Check(shape, nameof(x), x.Length, shape.InputLength);
        Check(shape, nameof(weight), weight.Length, shape.WeightLength);
        Check(shape, nameof(y), y.Length, shape.OutputLength);
        if (bias.Length > 0)
            Check(shape, nameof(bias), bias.Length, shape.Outputs);
        if (y.Length == 0)
            return;
        var arguments = Arguments(shape, accumulate: false);
        arguments.Activation = (int)activation;
        if (_rows is not null)
            _rows.Forward(shape, arguments, x, weight, bias, y);
        else
            _groups!.Forward(arguments, x, weight, bias, y);
    }

    /// <summary>dx (+)= the gradient of x.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="weight">[outputs, inputs / groups, KH, KW].</param>
    /// <param name="dy">[B, outputs, OH, OW].</param>
    /// <param name="dx">[B, inputs, H, W].</param>
    /// <param name="accumulate">Whether the gradient is added to what dx holds; otherwise dx is not read.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void BackwardInput(
        in ConvolutionShape shape, ArrayView<float> weight, ArrayView<float> dy, ArrayView<float> dx, bool accumulate = false)
    {
        Check(shape);
        Check(shape, nameof(weight), weight.Length, shape.WeightLength);
        Check(shape, nameof(dy), dy.Length, shape.OutputLength);
        Check(shape, nameof(dx), dx.Length, shape.InputLength);
        if (dx.Length == 0)
            return;
        var arguments = Arguments(shape, accumulate);
        if (dy.Length == 0 || weight.Length == 0)
            Clear(dx, accumulate);
        else if (_rows is not null)
            _rows.BackwardInput(arguments, weight, dy, dx);
        else
            _groups!.BackwardInput(arguments, weight, dy, dx);
    }

    /// <summary>dweight (+)= the gradient of the weight.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="x">[B, inputs, H, W].</param>
    /// <param name="dy">[B, outputs, OH, OW].</param>
    /// <param name="dWeight">[outputs, inputs / groups, KH, KW].</param>
    /// <param name="accumulate">Whether the gradient is added to what dweight holds; otherwise dweight is not read.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void BackwardWeight(
        in ConvolutionShape shape, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dWeight, bool accumulate = false)
    {
        Check(shape);
        Check(shape, nameof(x), x.Length, shape.InputLength);
        Check(shape, nameof(dy), dy.Length, shape.OutputLength);
        Check(shape, nameof(dWeight), dWeight.Length, shape.WeightLength);
        if (dWeight.Length == 0)
            return;
        var arguments = Arguments(shape, accumulate);
        if (dy.Length == 0)
            Clear(dWeight, accumulate);
        else if (_rows is not null)
            _rows.BackwardWeight(shape, arguments, x, dy, dWeight);
        else
            _groups!.BackwardWeight(arguments, x, dy, dWeight);
    }

    /// <summary>dbias (+)= the sum of dy over images and positions.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="dy">[B, outputs, OH, OW].</param>
    /// <param name="dBias">[outputs].</param>
    /// <param name="accumulate">Whether the gradient is added to what dbias holds; otherwise dbias is not read.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void BackwardBias(in ConvolutionShape shape, ArrayView<float> dy, ArrayView<float> dBias, bool accumulate = false)
    {
        Check(shape);
        Check(shape, nameof(dy), dy.Length, shape.OutputLength);
        Check(shape, nameof(dBias), dBias.Length, shape.Outputs);
        var planes = shape.Batch * shape.Outputs;
        using var block = _library.Pool.Rent((long)planes * sizeof(float));
        var sums = block.View<float>(planes);
        _library.Reduction.Sum(dy, sums, AxisShape.Last(planes, shape.OutputHeight * shape.OutputWidth));
        _library.Reduction.SumRows(sums, dBias, shape.Batch, shape.Outputs, accumulate: accumulate);
    }

    private ConvolutionArguments Arguments(in ConvolutionShape shape, bool accumulate) =>
        new(shape, (int)_library.Width) { Accumulate = accumulate ? 1 : 0 };

    private void Clear(ArrayView<float> gradient, bool accumulate)
    {
        if (!accumulate)
            _library.Elementwise.Fill(gradient, 0f);
    }

    private static void Check(in ConvolutionShape shape)
    {
        if (shape.Batch < 0 || shape.Inputs < 0 || shape.Outputs < 0 || shape.Height < 0 || shape.Width < 0)
            throw new ArgumentException($"Convolution {shape}: sizes must not be negative.", nameof(shape));
        if (shape.KernelHeight < 1 || shape.KernelWidth < 1 || shape.StrideHeight < 1 || shape.StrideWidth < 1
            || shape.DilationHeight < 1 || shape.DilationWidth < 1 || shape.PaddingHeight < 0 || shape.PaddingWidth < 0)
        {
            throw new ArgumentException(
                $"Convolution {shape}: kernels, strides and dilations are at least 1, paddings at least 0.", nameof(shape));
        }
        if (shape.Groups < 1 || shape.Inputs % shape.Groups != 0 || shape.Outputs % shape.Groups != 0)
            throw new ArgumentException($"Convolution {shape}: the groups do not divide the channels.", nameof(shape));
    }

    private static void Check(in ConvolutionShape shape, string name, long length, long needed)
    {
        if (length != needed || length > int.MaxValue)
            throw new ArgumentException($"Convolution {shape}: {name} has {length} elements and needs {needed}.", name);
    }
}
