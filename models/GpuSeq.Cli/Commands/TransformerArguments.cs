using System.CommandLine;
using GpuSeq.Kernels;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>The form of a transformer and of its batches, as the recipes that rewrite texts take them.</summary>
internal sealed class TransformerArguments
{
    private readonly Option<int> _vocabSize;
    private readonly Option<int> _batchTokens;
    private readonly Option<int> _width;
    private readonly Option<int> _layers;
    private readonly Option<int?> _decoderLayers;
    private readonly Option<int> _heads;
    private readonly Option<int> _inner;
    private readonly Option<string> _activation;
    private readonly Option<string> _norm;
    private readonly Option<string> _positions;
    private readonly Option<int> _maxLength;
    private readonly Option<float> _dropout;
    private readonly Option<float> _attentionDropout;
    private readonly Option<float> _innerDropout;
    private readonly Option<float> _smoothing;

    private enum NormKind
    {
        Pre,
        Post,
    }

    /// <param name="training">Gets the options, behind those that the recipe adds before.</param>
    /// <param name="run">The recipe's defaults.</param>
    /// <param name="config">The recipe's defaults.</param>
    public TransformerArguments(TrainingArguments training, TransformerRun run, TransformerConfig config)
    {
        _vocabSize = CommonOptions.Number("--vocab-size", "The most tokens that byte-pair encoding learns.", run.VocabSize, 261);
        _batchTokens = CommonOptions.Number(
            "--batch-tokens", "The most tokens of a step, padding included, on either side.", run.BatchTokens, 1);
        _width = CommonOptions.Number("--width", "The width of the layers.", config.HiddenSize, 1);
        _layers = CommonOptions.Number("--layers", "Layers of the encoder.", config.EncoderLayers, 1);
        _decoderLayers = CommonOptions.OptionalNumber("--decoder-layers", "Layers of the decoder (default: those of the encoder).", 1);
        _heads = CommonOptions.Number("--heads", "Heads of attention; they divide the width.", config.NumHeads, 1);
        _inner = CommonOptions.Number("--inner", "The width inside of feed-forward networks.", config.InnerSize, 1);
        _activation = new("--activation")
        {
            Description = "The function inside of feed-forward networks.",
            DefaultValueFactory = _ => "relu",
        };
        _activation.AcceptOnlyFromAmong("relu", "gelu");
        _norm = CommonOptions.Choice("--norm", "Whether layers normalise before or behind their parts.", NormKind.Pre);
        _positions = CommonOptions.Choice("--positions", "How the model knows where a token stands.", config.Positions);
        _maxLength = CommonOptions.Number(
            "--max-tokens", "The most tokens of a text: longer pairs are not learned from, longer texts are cut later.", config.MaxPositions, 2);
        _dropout = CommonOptions.Number(
            "--dropout", "The share of values that is dropped of tokens and behind each part of a layer.", config.Dropout, 0f, 0.99f);
        _attentionDropout = CommonOptions.Number(
            "--attention-dropout", "The share of attention's weights that is dropped.", config.AttentionDropout, 0f, 0.99f);
        _innerDropout = CommonOptions.Number(
            "--inner-dropout", "The share that is dropped inside of feed-forward networks.", config.InnerDropout, 0f, 0.99f);
        _smoothing = CommonOptions.Number(
            "--label-smoothing", "How much of each target is spread over all tokens.", config.LabelSmoothing, 0f, 0.99f);
        training.Add(
            _vocabSize, _batchTokens, _width, _layers, _decoderLayers, _heads, _inner, _activation, _norm, _positions, _maxLength, _dropout,
            _attentionDropout, _innerDropout, _smoothing);
    }

    /// <summary>What a run has beside the model and the training, as the call says.</summary>
    public TransformerRun Run(TrainingStart start) =>
        start.Recipe(new TransformerRun { VocabSize = start.Get(_vocabSize), BatchTokens = start.Get(_batchTokens) });

    /// <summary>The form of the model, as the call says.</summary>
    /// <param name="start">The call.</param>
    /// <param name="recipe">What else the recipe says of it.</param>
    /// <exception cref="WrongCallException">It cannot be built.</exception>
    public TransformerConfig Config(TrainingStart start, Func<TransformerConfig, TransformerConfig> recipe)
    {
        var config = start.Config(TransformerConfig.Load, recipe(new()
        {
            SourceVocabSize = 1, // taken from the texts
            TargetVocabSize = 1,
            HiddenSize = start.Get(_width),
            EncoderLayers = start.Get(_layers),
            DecoderLayers = start.Get(_decoderLayers) ?? start.Get(_layers),
            NumHeads = start.Get(_heads),
            InnerSize = start.Get(_inner),
            Activation = start.Choice<Activation>(_activation),
            NormFirst = start.Choice<NormKind>(_norm) == NormKind.Pre,
            Positions = start.Choice<PositionKind>(_positions),
            MaxPositions = start.Get(_maxLength),
            Dropout = start.Get(_dropout),
            AttentionDropout = start.Get(_attentionDropout),
            InnerDropout = start.Get(_innerDropout),
            LabelSmoothing = start.Get(_smoothing),
        }));
        return config.Fault is { } fault ? throw new WrongCallException($"{char.ToUpperInvariant(fault[0])}{fault[1..]}.") : config;
    }
}
