using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>The options that tell the form of a new model of BERT's family.</summary>
internal sealed class BertFormArguments
{
    private readonly string _modelType;
    private readonly Option<string> _size;
    private readonly Option<int?> _width = CommonOptions.OptionalNumber("--width", "The length of a hidden vector.", 1);
    private readonly Option<int?> _layers = CommonOptions.OptionalNumber("--layers", "Layers stacked on each other.", 1);
    private readonly Option<int?> _heads = CommonOptions.OptionalNumber("--heads", "Heads of attention; they divide the width.", 1);
    private readonly Option<int?> _inner = CommonOptions.OptionalNumber("--inner", "The width inside of feed-forward networks.", 1);
    private readonly Option<int?> _embedding = CommonOptions.OptionalNumber("--embedding-width", "The length of a piece's vector.", 1);

    private readonly Option<float?> _deviation = CommonOptions.OptionalNumber(
        "--init-range", "The deviation of first weights (default: 0.02, times the root of 768 over the width).", 0f);

    /// <param name="training">Gets the options.</param>
    /// <param name="modelType">The type of model.</param>
    public BertFormArguments(TrainingArguments training, string modelType)
    {
        _modelType = modelType;
        string[] names = [.. BertSizes.Names.Where(name => BertSizes.Find(name).ModelType == modelType)];
        _size = new("--size")
        {
            Description = $"The form of the model: {string.Join(", ", names)}. The options below change parts of it.",
            HelpName = "NAME",
            DefaultValueFactory = _ => $"{modelType}-mini",
        };
        _size.AcceptOnlyFromAmong(names);
        training.Add(_size, _width, _layers, _heads, _inner, _deviation);
        if (HasNarrowEmbeddings)
            training.Add(_embedding);
    }

    private bool HasNarrowEmbeddings => _modelType is BertConfig.Albert or BertConfig.Electra;

    /// <summary>The deviation of first weights with which layers of a width begin as strong as BERT-Base's.</summary>
    public static float InitialDeviation(int width) => 0.02f * MathF.Sqrt(768f / width);

    /// <summary>The form that the call wants.</summary>
    /// <param name="start">The call.</param>
    /// <param name="encoder">Whose pieces the model reads.</param>
    /// <param name="length">The most tokens that it must take.</param>
    public BertConfig Config(TrainingStart start, TextEncoder encoder, int length)
    {
        var form = BertSizes.Find(start.Get(_size));
        var special = encoder.Special;
        var config = form with
        {
            VocabSize = encoder.Tokenizer.Count,
            Width = start.Get(_width) ?? form.Width,
            Layers = start.Get(_layers) ?? form.Layers,
            Heads = start.Get(_heads) ?? form.Heads,
            Inner = start.Get(_inner) ?? form.Inner,
            NarrowWidth = (HasNarrowEmbeddings ? start.Get(_embedding) : null) ?? form.NarrowWidth,
            PadTokenId = special.Padding,
            BosTokenId = form.BosTokenId is null ? null : special.Begin,
            EosTokenId = form.EosTokenId is null ? null : special.Separator,
            // Little data is not learned by heart in few epochs; what is fine-tuned from the model drops in front of its last layer.
            HiddenDropout = 0f,
            AttentionDropout = 0f,
            ClassifierDropout = form.ClassifierDropoutProb is null ? form.HiddenDropout : null,
        };
        config = config with
        {
            Positions = Math.Max(config.Positions, config.FirstPosition + length),
            InitializerRange = start.Get(_deviation) ?? InitialDeviation(config.Width),
        };
        return config.Fault is null ? config : throw new WrongCallException($"The model cannot be made: {config.Fault}.");
    }
}
