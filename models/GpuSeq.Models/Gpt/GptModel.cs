using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A decoder-only Transformer that foretells the next token: GPT-1 (Radford et al. 2018), GPT-2 (Radford et al. 2019) and GPT-3
/// (Brown et al. 2020), with the parameter names and shapes of the Hub.
/// </summary>
public sealed class GptModel : IModel
{
    /// <summary>What the names of all parameters but the output layer's begin with.</summary>
    internal const string Prefix = "transformer";

    /// <summary>The output layer's name.</summary>
    internal const string OutputLayer = "lm_head";

    private readonly Embedding _tokens;
    private readonly Embedding _positions;
    private readonly GptBlock[] _blocks;
    private readonly LayerNorm? _lastNorm;
    private readonly Parameter _output; // [V, C]

    /// <summary>A model with first values drawn from a seed.</summary>
    /// <exception cref="ArgumentException">The configuration has a fault.</exception>
    public GptModel(Device device, GptConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Fault is { } fault)
            throw new ArgumentException($"GPT: {fault}.", nameof(config));
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters, Prefix);
        var weights = Initializer.Normal(config.InitializerRange);
        var (tokens, positions) = config.IsPostNorm ? ("tokens_embed", "positions_embed") : ("wte", "wpe");
        _tokens = new(scope[tokens], config.VocabSize, config.Width, initializer: weights);
        _positions = new(scope[positions], config.Context, config.Width, initializer: weights);
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(layer => new GptBlock(scope["h"][$"{layer}"], config, layer))];
        _lastNorm = config.IsPostNorm ? null : new(scope["ln_f"], config.Width, config.LayerNormEpsilon);
        _output = config.TiesWeights
            ? _tokens.Weight
            : new ParameterScope(Parameters, OutputLayer).Add("weight", [config.VocabSize, config.Width], weights);
    }

    /// <summary>The form of the model.</summary>
    public GptConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Computes what the output layer reads.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="ids">[B, T], at most as many as the context in a row.</param>
    /// <param name="pass">What else there is to know; null for sequences without padding.</param>
    /// <exception cref="ShapeException">A sequence is longer than the context.</exception>
    public GptResult Forward(Graph graph, Tensor ids, GptPass? pass = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(ids);
        pass ??= new();
        var embedding = Embed(graph, ids, pass.Positions);
        var stream = new ResidualStream(embedding);
        var weights = new KeptWeights();
        foreach (var block in _blocks)
            stream = block.Forward(stream, pass, weights);
        return new(embedding, stream.End(_lastNorm, Config.ResidualDropout), weights);
    }

    /// <summary>The logits of the next tokens: hidden [.., C] to [.., V].</summary>
    public Tensor Logits(Tensor hidden) => hidden.Linear(_output);

    /// <summary>The mean loss of foretelling tokens, in nats.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="ids">[B, T].</param>
    /// <param name="targets">[B, T], what follows each; -100 where it does not count.</param>
    /// <param name="pass">What else there is to know.</param>
    public Tensor Loss(Graph graph, Tensor ids, Tensor targets, GptPass? pass = null) =>
        Logits(Forward(graph, ids, pass).Hidden).CrossEntropy(targets);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();

    private Tensor Embed(Graph graph, Tensor ids, Tensor? positions)
    {
        if (ids.Shape.Rank != 2 || (positions is null && ids.Shape[1] > Config.Context))
            throw new ShapeException("Gpt", $"ids {ids.Shape} [B, T] for a context of {Config.Context}");
        positions ??= graph.Input([.. Enumerable.Range(0, ids.Shape[1])], [ids.Shape[1]]);
        return Operations.EmbeddingSum(new(ids, _tokens.Weight), new(positions, _positions.Weight)).Dropout(Config.EmbeddingDropout);
    }
}
