using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A model of BERT's family (Devlin et al. 2019; Liu et al. 2019; Lan et al. 2020; Clark et al. 2020), with the Hub's parameter
/// names.
/// </summary>
/// <typeparam name="THead">What it is for.</typeparam>
public sealed class BertModel<THead> : IModel
    where THead : IBertHead<THead>
{
    /// <summary>A model with first values drawn from a seed.</summary>
    /// <exception cref="ArgumentException">The configuration has a fault, or its type of model has no such head.</exception>
    public BertModel(Device device, BertConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Fault is { } fault)
            throw new ArgumentException($"BERT: {fault}.", nameof(config));
        var type = config.ModelType;
        var architecture = BertNames.Architecture(type, THead.Purpose);
        if (!THead.Suits(type))
            throw new ArgumentException($"BERT: a model of type '{type}' is not what {typeof(THead).Name} is for.", nameof(config));
        Config = config with { Architectures = [architecture] };
        Parameters = new(device, seed);
        var scope = new ParameterScope(Parameters);
        Encoder = new(EncoderPrefix.Length == 0 ? scope : scope[type], Config, THead.ReadsPooler(type));
        Head = THead.Create(scope, Encoder);
    }

    /// <summary>The form of the model.</summary>
    public BertConfig Config { get; }

    /// <summary>What computes hidden states.</summary>
    public BertEncoder Encoder { get; }

    /// <summary>What computes of them what the model is for.</summary>
    public THead Head { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters { get; }

    /// <summary>What the names of the encoder's parameters begin with.</summary>
    internal string EncoderPrefix => THead.Purpose == BertNames.Bare ? "" : $"{Config.ModelType}.";

    /// <summary>Computes hidden states.</summary>
    /// <exception cref="ShapeException">A sequence is longer than there are places.</exception>
    public BertResult Forward(Graph graph, BertInput input) => Encoder.Forward(graph, input);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();
}
