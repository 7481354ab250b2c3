using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>How the layers of a model of BERT's family learn, and what they read.</summary>
internal sealed class BertLayerArguments
{
    /// <summary>The most tokens of a sequence unless others are given.</summary>
    public const int MaxLength = 128;

    private readonly Option<int> _maxLength;

    private readonly Option<float> _decay = CommonOptions.Number(
        "--layer-decay", "What the learning rate of each layer is of that of the layer above it, such as 0.8.", 1f, 0.01f, 1f);

    private readonly Option<int?> _frozen = CommonOptions.OptionalNumber(
        "--freeze", "The embeddings and so many layers, from the first on, stay as they are; 0 for the embeddings alone.", 0);

    private readonly Option<float?> _dropout = CommonOptions.OptionalNumber(
        "--dropout",
        "The share of values that is dropped in training, of hidden states and of attention (default: the model's; 0.1 for a run that was "
            + "pre-trained without, but for ALBERT).",
        0f, 0.99f);

    /// <param name="training">Gets the options.</param>
    /// <param name="maxLength">The most tokens of a sequence unless others are given.</param>
    public BertLayerArguments(TrainingArguments training, int maxLength = MaxLength)
    {
        _maxLength = CommonOptions.Number(
            "--max-length", "The most tokens of a sequence, special ones included; longer texts are cut.", maxLength, 8);
        training.Add(_maxLength, _decay, _frozen, _dropout);
    }

    /// <summary>A run with what the call says.</summary>
    public TRun Run<TRun>(TrainingStart start, TRun fresh)
        where TRun : BertTuningRun => fresh with
        {
            MaxLength = start.Get(_maxLength),
            LayerDecay = start.Get(_decay),
            FrozenLayers = start.Get(_frozen),
            Dropout = start.Get(_dropout),
        };
}
