using GpuSeq.Kernels;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Engine;

/// <summary>Options of <see cref="Operations.Conv2d"/>, as those of PyTorch's <c>nn.Conv2d</c>.</summary>
public sealed record Conv2dOptions
{
    /// <summary>From one window to the next.</summary>
    public (int Height, int Width) Stride { get; init; } = (1, 1);

    /// <summary>Zeros on every side of an image.</summary>
    public (int Height, int Width) Padding { get; init; }

    /// <summary>From one element of a window to the next.</summary>
    public (int Height, int Width) Dilation { get; init; } = (1, 1);

    /// <summary>Groups of channels that do not meet.</summary>
    public int Groups { get; init; } = 1;
}

public static partial class Operations
{
    /// <summary>
    /// y = activation(cross-correlation of x with the weight + bias): x [B, inputs, H, W], weight [outputs, inputs / groups, KH, KW],
    /// bias [outputs], y [B, outputs, OH, OW].
    /// </summary>
    /// <param name="x">Images.</param>
    /// <param name="weight">As PyTorch's <c>nn.Conv2d.weight</c>.</param>
    /// <param name="bias">Or null for none.</param>
    /// <param name="options">Or null for the usual ones.</param>
    /// <param name="activation">Applied in the same kernel.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor Conv2d(
        this Tensor x, Tensor weight, Tensor? bias = null, Conv2dOptions? options = null, Activation activation = Activation.None)
    {
        if (x.Shape.Rank != 4 || weight.Shape.Rank != 4)
            throw new ShapeException(nameof(Conv2d), $"x {x.Shape} [B, inputs, H, W] and weight {weight.Shape} [outputs, inputs, KH, KW]");
        options ??= new();
        var (sizes, kernel) = (x.Shape, weight.Shape);
        var shape = new ConvolutionShape(sizes[0], sizes[1], kernel[0], sizes[2], sizes[3], kernel[2], kernel[3])
        {
            StrideHeight = options.Stride.Height,
            StrideWidth = options.Stride.Width,
            PaddingHeight = options.Padding.Height,
            PaddingWidth = options.Padding.Width,
            DilationHeight = options.Dilation.Height,
            DilationWidth = options.Dilation.Width,
            Groups = options.Groups,
        };
        return Convolve(nameof(Conv2d), x, weight, bias, shape, [sizes[0], kernel[0], shape.OutputHeight, shape.OutputWidth], activation);
    }

    /// <summary>
    /// y = activation(cross-correlation of x with the weight + bias): x [B, inputs, T], weight [outputs, inputs / groups, K],
    /// bias [outputs], y [B, outputs, OT].
    /// </summary>
    /// <param name="x">Sequences.</param>
    /// <param name="weight">As PyTorch's <c>nn.Conv1d.weight</c>.</param>
    /// <param name="bias">Or null for none.</param>
    /// <param name="stride">From one window to the next.</param>
    /// <param name="padding">Zeros on either side of a sequence.</param>
    /// <param name="dilation">From one element of a window to the next.</param>
    /// <param name="groups">Groups of channels that do not meet.</param>
    /// <param name="activation">Applied in the same kernel.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor Conv1d(
        this Tensor x, Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1,
        Activation activation = Activation.None)
    {
        if (x.Shape.Rank != 3 || weight.Shape.Rank != 3)
            throw new ShapeException(nameof(Conv1d), $"x {x.Shape} [B, inputs, T] and weight {weight.Shape} [outputs, inputs, K]");
        var (sizes, kernel) = (x.Shape, weight.Shape);
        var shape = new ConvolutionShape(sizes[0], sizes[1], kernel[0], 1, sizes[2], 1, kernel[2])
        {
            StrideWidth = stride,
            PaddingWidth = padding,
            DilationWidth = dilation,
            Groups = groups,
        };
        return Convolve(nameof(Conv1d), x, weight, bias, shape, [sizes[0], kernel[0], shape.OutputWidth], activation);
    }

    private static Tensor Convolve(
        string operation, Tensor x, Tensor weight, Tensor? bias, ConvolutionShape shape, Shape result, Activation activation)
    {
        var graph = Graph.Of(operation, x, weight, bias);
        var isDivided = shape.Groups > 0 && shape.Inputs % shape.Groups == 0 && shape.Outputs % shape.Groups == 0;
        if (!isDivided || shape.Inputs / shape.Groups != weight.Shape[1])
            throw new ShapeException(operation, $"x {x.Shape} and weight {weight.Shape} in {shape.Groups} groups");
        if (bias is not null && bias.Shape.ElementCount != shape.Outputs)
            throw new ShapeException(operation, $"weight {weight.Shape} and bias {bias.Shape}");
        // The derivatives of some functions need what went into them, which the fused kernel does not keep.
        if (graph.IsTraining && !Activations.BackwardReadsOutput(activation))
            return Convolve(operation, x, weight, bias, shape, result, Activation.None).Activate(activation);
        var y = graph.Result(result, x, weight, bias);
        var kernels = graph.Kernels;
        kernels.Convolution.Forward(shape, x.Floats, weight.Floats, bias?.Floats ?? default, y.Floats, activation);

        graph.Remember(
            operation,
            [x, weight, bias],
            [y],
            () =>
            {
                var dy = graph.Arrived(y);
                if (activation != Activation.None)
                {
                    var inner = graph.Scratch(dy.Length);
                    kernels.Activations.Backward(activation, default, y.Floats, dy, inner, accumulate: false);
                    dy = inner;
                }
                if (x.RequiresGradient)
                {
                    var dx = graph.Accumulate(x);
                    kernels.Convolution.BackwardInput(shape, weight.Floats, dy, dx.Floats, dx.Adds);
                }
                if (weight.RequiresGradient)
                {
                    var dw = graph.Accumulate(weight);
                    kernels.Convolution.BackwardWeight(shape, x.Floats, dy, dw.Floats, dw.Adds);
                }
                if (bias is { RequiresGradient: true })
                {
                    var db = graph.Accumulate(bias);
                    kernels.Convolution.BackwardBias(shape, dy, db.Floats, db.Adds);
                }
            },
            v =>
            {
                var values = Values(y, result => ConvolutionReference.Forward<double>(shape, v[0], v[1], v[2], result));
                return [Array.ConvertAll(values, value => ActivationReference.Apply(activation, value))];
            });
        return y;
    }
}
