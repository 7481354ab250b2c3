using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>The recurrent networks whose gradients are compared.</summary>
public enum FlowCell
{
    /// <summary>Elman network with tanh, as PyTorch initialises it: its gradients vanish.</summary>
    Rnn,

    /// <summary>Long short-term memory.</summary>
    Lstm,

    /// <summary>Gated recurrent unit.</summary>
    Gru,

    /// <summary>An Elman network whose recurrent weights begin too large: its gradients explode.</summary>
    Exploding,
}

/// <summary>What is done to the gradients of the parameters before a step (Pascanu et al. 2013).</summary>
public enum FlowClipping
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>All are scaled down where their global norm is too large.</summary>
    Norm,

    /// <summary>Each is cut where it is too large by itself.</summary>
    Value,
}

/// <summary>One of the trainings that are compared.</summary>
/// <param name="Cell">The network.</param>
/// <param name="Clipping">What is done to its gradients.</param>
public sealed record FlowVariant(FlowCell Cell, FlowClipping Clipping)
{
    /// <summary>The name of its folder, such as <c>lstm-norm</c>.</summary>
    public string Name => $"{CellName}-{Clipping.ToString().ToLowerInvariant()}";

    /// <summary>The name of its network.</summary>
    public string CellName => Cell.ToString().ToLowerInvariant();
}

/// <summary>
/// The form of the networks, and the task on which they are compared: to say the first symbol of a sequence when it has ended.
/// </summary>
public sealed record GradientFlowConfig
{
    /// <summary>What <c>config.json</c> says of every comparison.</summary>
    public const string Type = "gradient-flow";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>The networks; one for a part of the comparison.</summary>
    public required IReadOnlyList<FlowCell> Cells { get; init; }

    /// <summary>What is done to gradients; one for a part of the comparison.</summary>
    public required IReadOnlyList<FlowClipping> Clipping { get; init; }

    /// <summary>T, time steps of a sequence.</summary>
    public int Steps { get; init; } = 30;

    /// <summary>Different first symbols; as many others follow them, which say nothing.</summary>
    public int Symbols { get; init; } = 4;

    /// <summary>The length of a symbol's vector.</summary>
    public int EmbeddingSize { get; init; } = 16;

    /// <summary>H, the size of the state.</summary>
    public int HiddenSize { get; init; } = 32;

    /// <summary>
    /// What the biases of the gates that keep the state begin at, an LSTM's forget gates and a GRU's update gates, so that they
    /// remember before they have learned to (Gers et al. 2000; Tallec and Ollivier 2018); their other biases begin at 0.
    /// </summary>
    public float ForgetBias { get; init; } = 3f;

    /// <summary>How many times as large as usual the recurrent weights of <see cref="FlowCell.Exploding"/> begin.</summary>
    public float RecurrentScale { get; init; } = 3f;

    /// <summary>Each network with each clipping.</summary>
    [JsonIgnore]
    public IEnumerable<FlowVariant> Variants => Cells.SelectMany(_ => Clipping, (cell, clipping) => new FlowVariant(cell, clipping));

    /// <summary>The form of one of them.</summary>
    public GradientFlowConfig Of(FlowVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return this with { Cells = [variant.Cell], Clipping = [variant.Clipping] };
    }

    /// <summary>Reads the file of a run.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static GradientFlowConfig Load(string path)
    {
        var config = JsonFile.LoadConfig<GradientFlowConfig>(path, Type);
        return config is { Cells.Count: > 0, Clipping.Count: > 0, Steps: > 1, Symbols: > 1, EmbeddingSize: > 0, HiddenSize: > 0 }
            ? config
            : throw new DataException(path, "there is nothing to compare, or a size is too small");
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
