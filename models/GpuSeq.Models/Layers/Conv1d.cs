using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>A convolution of sequences, as <c>torch.nn.Conv1d</c>.</summary>
public sealed class Conv1d
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly (int Stride, int Padding, int Dilation, int Groups) _options;

    /// <summary>A layer with PyTorch's initialisation.</summary>
    /// <param name="scope">Where the parameters <c>weight</c> and <c>bias</c> are added.</param>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="outputs">Channels of y.</param>
    /// <param name="kernel">The length of the window.</param>
    /// <param name="stride">From one window to the next.</param>
    /// <param name="padding">Zeros on either side of a sequence.</param>
    /// <param name="dilation">From one element of a window to the next.</param>
    /// <param name="groups">Groups of channels that do not meet.</param>
    /// <param name="bias">Whether each channel of y has a bias.</param>
    /// <exception cref="ArgumentException">The channels cannot be divided into the groups.</exception>
    public Conv1d(
        ParameterScope scope, int inputs, int outputs, int kernel, int stride = 1, int padding = 0, int dilation = 1, int groups = 1,
        bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(scope);
        CheckGroups(nameof(Conv1d), inputs, outputs, groups);
        _options = (stride, padding, dilation, groups);
        var initializer = Initializer.FanIn(inputs / groups * kernel);
        _weight = scope.Add("weight", [outputs, inputs / groups, kernel], initializer);
        _bias = bias ? scope.Add("bias", [outputs], initializer) : null;
    }

    /// <summary>x [B, inputs, T] to y [B, outputs, OT].</summary>
    /// <param name="x">Sequences.</param>
    /// <param name="activation">Applied in the same kernel.</param>
    public Tensor Forward(Tensor x, Activation activation = Activation.None) =>
        x.Conv1d(_weight, _bias, _options.Stride, _options.Padding, _options.Dilation, _options.Groups, activation);

    internal static void CheckGroups(string layer, int inputs, int outputs, int groups)
    {
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0)
            throw new ArgumentException($"{layer}: {inputs} channels to {outputs} cannot be divided into {groups} groups.", nameof(groups));
    }
}
