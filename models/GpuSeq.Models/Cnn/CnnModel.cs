using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>
/// A convolutional network for images (LeCun et al. 1998, with rectifiers): 3 x 3 convolutions <c>conv1</c>, <c>conv2</c> and so on,
/// the largest of each 2 x 2 pixels after all but the last, a dense layer <c>fc1</c>, and <c>fc2</c> to the logits of the classes.
/// </summary>
public sealed class CnnModel : IModel
{
    private const int Kernel = 3;
    private const int Pool = 2;

    private readonly Conv2d[] _convolutions;
    private readonly Linear _dense;
    private readonly Linear _output;

    /// <summary>A model with first values drawn from a seed.</summary>
    /// <exception cref="ArgumentException">The images are too small for so many convolutions.</exception>
    public CnnModel(Device device, CnnConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        var (height, width, channels) = (config.Height, config.Width, 1);
        _convolutions = new Conv2d[config.Filters.Count];
        for (var i = 0; i < _convolutions.Length; i++)
        {
            _convolutions[i] = new(scope[$"conv{i + 1}"], channels, config.Filters[i], (Kernel, Kernel));
            channels = config.Filters[i];
            var pool = i < _convolutions.Length - 1 ? Pool : 1;
            (height, width) = ((height - Kernel + 1) / pool, (width - Kernel + 1) / pool);
            if (height < 1 || width < 1)
            {
                throw new ArgumentException(
                    $"Images of {config.Height} x {config.Width} are too small for {_convolutions.Length} convolutions.", nameof(config));
            }
        }
        _dense = new(scope["fc1"], channels * height * width, config.Hidden);
        _output = new(scope["fc2"], config.Hidden, config.Classes.Count);
    }

    /// <summary>The form of the model.</summary>
    public CnnConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Computes the logits of the classes.</summary>
    /// <param name="x">[B, 1, H, W], from 0 to 1.</param>
    /// <returns>[B, classes].</returns>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        foreach (var convolution in _convolutions[..^1])
            x = convolution.Forward(x, Activation.Relu).MaxPool2d((Pool, Pool));
        x = _convolutions[^1].Forward(x, Activation.Relu); // [B, C, h, w]
        x = x.Reshape([x.Shape[0], x.Shape[1] * x.Shape[2] * x.Shape[3]]).Dropout(Config.Dropout);
        return _output.Forward(_dense.Forward(x).Relu().Dropout(Config.Dropout));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();
}
