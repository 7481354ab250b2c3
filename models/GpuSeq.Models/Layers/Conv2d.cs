using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>A convolution of images, as <c>torch.nn.Conv2d</c>.</summary>
public sealed class Conv2d
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly Conv2dOptions _options;

    /// <summary>A layer with PyTorch's initialisation.</summary>
    /// <param name="scope">Where the parameters <c>weight</c> and <c>bias</c> are added.</param>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="kernel">The size of the window.</param>
    /// <param name="options">Stride, padding, dilation and groups; null for the usual ones.</param>
    /// <param name="bias">Whether each channel of y has a bias.</param>
    /// <exception cref="ArgumentException">The channels cannot be divided into the groups.</exception>
    public Conv2d(
        ParameterScope scope, int inputs, int outputs, (int Height, int Width) kernel, Conv2dOptions? options = null, bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _options = options ?? new();
        Conv1d.CheckGroups(nameof(Conv2d), inputs, outputs, _options.Groups);
        var initializer = Initializer.FanIn(inputs / _options.Groups * kernel.Height * kernel.Width);
        _weight = scope.Add("weight", [outputs, inputs / _options.Groups, kernel.Height, kernel.Width], initializer);
        _bias = bias ? scope.Add("bias", [outputs], initializer) : null;
    }

    /// <summary>x [B, inputs, H, W] to y [B, outputs, OH, OW].</summary>
    /// <param name="x">Images.</param>
    /// <param name="activation">Applied in the same kernel.</param>
    public Tensor Forward(Tensor x, Activation activation = Activation.None) => x.Conv2d(_weight, _bias, _options, activation);
}
