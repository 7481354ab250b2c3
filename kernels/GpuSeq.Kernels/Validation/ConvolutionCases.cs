using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A convolution.</summary>
public sealed class ConvolutionCase : KernelCase
{
    internal const double QuickProducts = 40_000; // of a case that groups run lane by lane

    private readonly ConvolutionShape _shape;
    private readonly Activation _activation;

    /// <summary>A convolution of random operands.</summary>
    /// <param name="shape">Sizes and options.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="integers">Whether the operands are integers, so that the result must be exact.</param>
    /// <param name="relu">Whether what is negative becomes 0.</param>
    public ConvolutionCase(ConvolutionShape shape, bool bias = true, bool integers = false, bool relu = false)
        : base("convolution", $"{shape}{(bias ? " bias" : "")}{(relu ? " relu" : "")}{(integers ? " integers" : "")}")
    {
        (_shape, _activation) = (shape, relu ? Activation.Relu : Activation.None);
        Deferred(() =>
        {
            var (x, weight) = Values(shape, integers);
            Input("x", x);
            Input("weight", weight);
            var data = new CaseData($"bias {shape}");
            Input("bias", !bias ? [] : integers ? data.Integers(shape.Outputs) : data.Uniform(shape.Outputs));
            Output("y", OutputLength(shape));
        });
        Tolerance = integers ? Tolerance.Exact : Tolerance.Rounding(shape.Inputs / shape.Groups * shape.KernelHeight * shape.KernelWidth);
        IsQuick = shape.Flops < 2 * QuickProducts;
    }

    /// <inheritdoc/>
    public override double Flops => _shape.Flops;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["y"].Length == 0)
            return false;
        Launch(kernels, views, ConvolutionCases.WithBatch(_shape, _shape.Batch - 1)); // the last image is left out
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        ConvolutionReference.Forward<T>(
            _shape, arrays["x"], arrays["weight"], arrays["bias"], arrays["y"], _activation == Activation.Relu);
    }

    internal static (float[] X, float[] Weight) Values(ConvolutionShape shape, bool integers)
    {
        var data = new CaseData(shape.ToString());
        var x = (int)shape.InputLength;
        var weight = (int)shape.WeightLength;
        return integers ? (data.Integers(x), data.Integers(weight)) : (data.Uniform(x), data.Uniform(weight));
    }

    internal static int OutputLength(ConvolutionShape shape) => (int)shape.OutputLength;

    private void Launch(KernelLibrary kernels, CaseViews views, ConvolutionShape shape) => kernels.Convolution.Forward(
        shape, views["x"].SubView(0, shape.InputLength), views["weight"], views["bias"], views["y"].SubView(0, shape.OutputLength),
        _activation);
}

/// <summary>The gradients of a convolution.</summary>
public sealed class ConvolutionGradientCase : KernelCase
{
    private readonly ConvolutionShape _shape;
    private readonly bool _accumulate;

    /// <summary>The gradients of a <see cref="ConvolutionCase"/>, whose operands it has.</summary>
    public ConvolutionGradientCase(ConvolutionShape shape, bool accumulate, bool integers = false)
        : base("convolution-backward", $"{shape}{(accumulate ? " added" : "")}{(integers ? " integers" : "")}")
    {
        (_shape, _accumulate) = (shape, accumulate);
        GradientOf = new ConvolutionCase(shape, integers: integers);
        Deferred(() =>
        {
            var (x, weight) = ConvolutionCase.Values(shape, integers);
            var data = new CaseData(Name);
            Input("x", x);
            Input("weight", weight);
            Input("dy", Values(data, ConvolutionCase.OutputLength(shape)));
            Gradient(data, "dx", x.Length);
            Gradient(data, "dweight", weight.Length);
            Gradient(data, "dbias", shape.Outputs);
        });
        var positions = shape.Batch * shape.OutputHeight * shape.OutputWidth;
        var longest = Math.Max(positions, shape.Outputs * shape.KernelHeight * shape.KernelWidth);
        Tolerance = integers ? Tolerance.Exact : Tolerance.Rounding(longest);
        IsQuick = shape.Flops < 2 * ConvolutionCase.QuickProducts;

        float[] Values(CaseData data, int length) => integers ? data.Integers(length) : data.Uniform(length);

        void Gradient(CaseData data, string name, int length)
        {
            if (accumulate)
                InputOutput(name, Values(data, length));
            else
                Output(name, length);
        }
    }

    /// <inheritdoc/>
    public override double Flops => 2 * _shape.Flops;

    /// <inheritdoc/>
    public override KernelCase? GradientOf { get; }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["dy"].Length == 0)
            return false;
        // The last image counts for nothing.
        Launch(kernels, views, ConvolutionCases.WithBatch(_shape, _shape.Batch - 1));
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        ConvolutionReference.Backward<T>(
            _shape, arrays["x"], arrays["weight"], arrays["dy"], arrays["dx"], arrays["dweight"], arrays["dbias"]);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, ConvolutionShape shape)
    {
        var (x, dy) = (views["x"].SubView(0, shape.InputLength), views["dy"].SubView(0, shape.OutputLength));
        kernels.Convolution.BackwardInput(shape, views["weight"], dy, views["dx"].SubView(0, x.Length), _accumulate);
        kernels.Convolution.BackwardWeight(shape, x, dy, views["dweight"], _accumulate);
        kernels.Convolution.BackwardBias(shape, dy, views["dbias"], _accumulate);
    }
}

/// <summary>The sweep over convolutions.</summary>
public static class ConvolutionCases
{
    // Single elements, nothing, the edges of tiles in outputs and positions, several images in a panel, every option, 1-D.
    private static readonly ConvolutionShape[] Shapes =
    [
        new(1, 1, 1, 1, 1, 1, 1), new(0, 2, 3, 4, 4, 3, 3), new(2, 0, 3, 4, 4, 3, 3), new(2, 2, 0, 4, 4, 3, 3), new(2, 3, 2, 2, 2, 3, 3),
        new(3, 2, 4, 3, 3, 3, 3), new(2, 1, 5, 6, 7, 3, 3), new(5, 3, 7, 5, 5, 3, 3), new(2, 4, 6, 5, 6, 1, 1), new(1, 3, 12, 4, 4, 1, 1),
        new(2, 3, 13, 6, 5, 2, 3) { PaddingHeight = 1, PaddingWidth = 2 },
        new(2, 3, 4, 7, 9, 3, 2) { StrideHeight = 2, StrideWidth = 3, PaddingHeight = 1 },
        new(1, 2, 3, 9, 8, 3, 3) { StrideHeight = 2, StrideWidth = 2, PaddingHeight = 1, PaddingWidth = 1 },
        new(2, 2, 3, 8, 9, 2, 3) { DilationHeight = 2, DilationWidth = 3, PaddingWidth = 4 },
        new(2, 4, 6, 5, 5, 3, 3) { Groups = 2, PaddingHeight = 1, PaddingWidth = 1 },
        new(2, 5, 5, 6, 6, 3, 3) { Groups = 5, StrideHeight = 2 },
        new(1, 1, 2, 3, 3, 1, 1) { PaddingHeight = 2, PaddingWidth = 1, StrideHeight = 2, StrideWidth = 4 },
        new(3, 4, 5, 1, 17, 1, 3), new(2, 3, 8, 1, 33, 1, 5) { StrideWidth = 2, PaddingWidth = 2, DilationWidth = 2 },
        new(2, 2, 2, 2, 40, 2, 40), new(1, 1, 1, 40, 1, 7, 1), new(17, 2, 3, 2, 2, 2, 2),
        new(2, 7, 13, 11, 13, 3, 3) { PaddingHeight = 1, PaddingWidth = 1 }, new(9, 16, 24, 7, 7, 3, 3), new(3, 70, 5, 9, 10, 3, 3),
        new(4, 3, 16, 33, 31, 5, 5) { PaddingHeight = 2, PaddingWidth = 2, StrideHeight = 2, StrideWidth = 2 }, new(2, 4, 3, 24, 70, 3, 3),
        new(5, 70, 2, 32, 33, 3, 3) { PaddingHeight = 1, PaddingWidth = 1 }, // padded in two parts
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All => Shapes.SelectMany(shape => new KernelCase[]
    {
        new ConvolutionCase(shape), new ConvolutionCase(shape, bias: false, integers: true),
        new ConvolutionCase(shape, integers: true, relu: true),
        new ConvolutionGradientCase(shape, accumulate: false), new ConvolutionGradientCase(shape, accumulate: true, integers: true),
        new ConvolutionGradientCase(shape, accumulate: false, integers: true),
    });

    /// <summary>Layers of networks for digits and photographs, and of a network over characters.</summary>
    public static IEnumerable<KernelCase> Benchmarks =>
        new ConvolutionShape[]
        {
            new(64, 1, 32, 28, 28, 3, 3), new(64, 32, 64, 13, 13, 3, 3), new(64, 64, 64, 13, 13, 3, 3), new(64, 64, 64, 5, 5, 3, 3),
            new(8, 64, 64, 56, 56, 3, 3) { PaddingHeight = 1, PaddingWidth = 1 }, new(32, 128, 128, 1, 256, 1, 5) { PaddingWidth = 2 },
        }.SelectMany(shape => new Func<KernelCase>[]
        {
            () => new ConvolutionCase(shape), () => new ConvolutionGradientCase(shape, accumulate: false),
        }).Select(make => make());

    internal static ConvolutionShape WithBatch(ConvolutionShape shape, int batch) =>
        new(batch, shape.Inputs, shape.Outputs, shape.Height, shape.Width, shape.KernelHeight, shape.KernelWidth)
        {
            StrideHeight = shape.StrideHeight,
            StrideWidth = shape.StrideWidth,
            PaddingHeight = shape.PaddingHeight,
            PaddingWidth = shape.PaddingWidth,
            DilationHeight = shape.DilationHeight,
            DilationWidth = shape.DilationWidth,
            Groups = shape.Groups,
        };
}
