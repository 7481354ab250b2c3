using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// One layer of a model of BERT's family: self-attention and a feed-forward network, each with a residual connection around it and
/// a layer norm behind that, with the Hub's parameter names.
/// </summary>
internal sealed class BertLayer
{
    private readonly BertConfig _config;
    private readonly Linear _queries;
    private readonly Linear _keys;
    private readonly Linear _values;
    private readonly Linear _attentionOutput;
    private readonly LayerNorm _attentionNorm;
    private readonly Linear _inner;
    private readonly Linear _innerOutput;
    private readonly LayerNorm _innerNorm;

    public BertLayer(ParameterScope scope, BertConfig config)
    {
        _config = config;
        var names = config.ModelType == BertConfig.Albert ? Names.OfAlbert : Names.OfBert;
        _queries = Projection(names.Projections + "query", config.Width, config.Width);
        _keys = Projection(names.Projections + "key", config.Width, config.Width);
        _values = Projection(names.Projections + "value", config.Width, config.Width);
        _attentionOutput = Projection(names.AttentionOutput, config.Width, config.Width);
        _attentionNorm = new(scope[names.AttentionNorm], config.Width, config.LayerNormEps);
        _inner = Projection(names.Inner, config.Width, config.Inner);
        _innerOutput = Projection(names.InnerOutput, config.Inner, config.Width);
        _innerNorm = new(scope[names.InnerNorm], config.Width, config.LayerNormEps);

        Linear Projection(string name, int inputs, int outputs) => BertEncoder.NewLinear(scope[name], config, inputs, outputs);
    }

    /// <summary>Computes the layer.</summary>
    /// <param name="x">[B, T, C].</param>
    /// <param name="options">What queries may see.</param>
    /// <param name="weights">Gets attention's weights [B, H, T, T] where they are wanted.</param>
    /// <param name="wanted">[B, P], the rows of [B T] to compute; null for all.</param>
    /// <returns>[B, T, C], or [B, P, C].</returns>
    public Tensor Forward(Tensor x, AttentionOptions options, KeptWeights weights, Tensor? wanted = null)
    {
        var (keys, values) = (_keys.Forward(x), _values.Forward(x));
        if (wanted is not null)
            x = Rows(x, wanted);
        var attended = _queries.Forward(x).Attention(keys, values, _config.Heads, options);
        x = Add(x, _attentionOutput.Forward(weights.OutputOf(attended)), _attentionNorm);
        return Add(x, _innerOutput.Forward(_inner.Forward(x, _config.HiddenActivation!.Value)), _innerNorm);
    }

    private static Tensor Rows(Tensor x, Tensor rows) => x.Reshape([x.Shape.Rows, x.Shape.Columns])
        .Select(0, rows.Reshape([rows.Shape[0] * rows.Shape[1]])).Reshape([rows.Shape[0], rows.Shape[1], x.Shape.Columns]);

    private Tensor Add(Tensor x, Tensor sublayer, LayerNorm norm) => norm.Forward(sublayer, x, _config.HiddenDropout).Normalized;

    private sealed record Names(
        string Projections, string AttentionOutput, string AttentionNorm, string Inner, string InnerOutput, string InnerNorm)
    {
        public static Names OfBert { get; } = new(
            "attention.self.", "attention.output.dense", "attention.output.LayerNorm", "intermediate.dense", "output.dense",
            "output.LayerNorm");

        public static Names OfAlbert { get; } = new(
            "attention.", "attention.dense", "attention.LayerNorm", "ffn", "ffn_output", "full_layer_layer_norm");
    }
}
