using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>A multi-layer perceptron: linear layers <c>layers.0</c>, <c>layers.1</c> and so on, with an activation between them.</summary>
public sealed class MlpModel : IModel
{
    private readonly Linear[] _layers;

    /// <summary>A model with first values drawn from a seed.</summary>
    public MlpModel(Device device, MlpConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters)["layers"];
        int[] sizes = [config.Features.Count, .. config.Hidden, config.Outputs];
        _layers = [.. sizes.Zip(sizes[1..]).Select((size, i) => new Linear(scope[$"{i}"], size.First, size.Second))];
    }

    /// <summary>The form of the model.</summary>
    public MlpConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Computes its outputs.</summary>
    /// <param name="x">[B, features], scaled as <see cref="MlpConfig.Means"/> and <see cref="MlpConfig.Deviations"/> say.</param>
    /// <returns>[B, outputs]: logits, numbers, or values from 0 to 1 for <see cref="MlpLoss.SquaredError"/>.</returns>
    public Tensor Forward(Tensor x)
    {
        foreach (var layer in _layers[..^1])
        {
            Tensor Hidden(Tensor input) => Activate(layer.Forward(input)).Dropout(Config.Dropout);
            x = Config.Recomputes ? x.Checkpoint(Hidden) : Hidden(x);
        }
        var y = _layers[^1].Forward(x);
        return Config.Loss == MlpLoss.SquaredError ? y.Sigmoid() : y;
    }

    /// <summary>The loss of outputs.</summary>
    /// <param name="outputs">[B, outputs].</param>
    /// <param name="targets">[B] classes for cross-entropy, else [B, outputs] numbers.</param>
    public Tensor Loss(Tensor outputs, Tensor targets) => Config.Loss == MlpLoss.CrossEntropy
        ? outputs.CrossEntropy(targets)
        : outputs.SquaredError(targets);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();

    private Tensor Activate(Tensor x) => Config.Activation switch
    {
        MlpActivation.Tanh => x.Tanh(),
        MlpActivation.Relu => x.Relu(),
        MlpActivation.Gelu => x.Gelu(),
        _ => x.Sigmoid(),
    };
}
