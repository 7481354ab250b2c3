using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>The options of every fine-tuning of BERT's family: what it begins with, and how its layers learn.</summary>
internal sealed class BertTuningArguments
{
    // Devlin et al. 2019, appendix A.3, as are weight decay and warm-up; without training a model needs more.
    private static readonly TuningPace Tuned = new(5e-5f, 3);
    private static readonly TuningPace Fresh = new(5e-4f, 10);

    private readonly OriginArguments _origin;
    private readonly BertLayerArguments _layers;

    /// <param name="training">Gets the options.</param>
    /// <param name="maxLength">The most tokens of a sequence unless others are given.</param>
    public BertTuningArguments(TrainingArguments training, int maxLength = BertLayerArguments.MaxLength)
    {
        _layers = new(training, maxLength);
        _origin = new(
            training,
            "The model to begin with: a run of 'gpuseq train bert-pretrain' or another of BERT's family, or a folder with BERT, RoBERTa, ALBERT or "
                + "ELECTRA as the Hub has it. Without it a small one begins at random, with a WordPiece that is learned from the data.",
            leastTokens: 100, Tuned, Fresh);
    }

    /// <summary>How a fine-tuning of the family is trained, as published.</summary>
    public static TrainingOptions Training(string metric) => new()
    {
        Epochs = Fresh.Epochs,
        Batch = 32,
        Optimizer = OptimizerKind.AdamW,
        LearningRate = Fresh.Rate,
        Schedule = "linear,warmup=0.1",
        WeightDecay = 0.01f,
        Metric = metric,
    };

    /// <summary>What a run has beside the model and the training.</summary>
    public TRun Run<TRun>(TrainingStart start, TRun fresh)
        where TRun : BertTuningRun => start.Recipe(_layers.Run(start, fresh) with { Model = _origin.Model(start) });

    /// <summary>What the run begins with.</summary>
    /// <param name="start">The call.</param>
    /// <param name="run">The run.</param>
    /// <param name="texts">What a tokenizer is learned from where there is no model.</param>
    /// <param name="lowerCase">Whether its letters become small.</param>
    public BertOrigin Origin(TrainingStart start, BertTuningRun run, IEnumerable<string> texts, bool lowerCase = true)
    {
        var (width, layers, heads, tokens) = _origin.Sizes(start);
        if (start.IsResumed)
            return BertOrigin.Resume(start.Run);
        if (run.Model is { } folder)
            return BertOrigin.Load(folder);
        var form = new BertConfig
        {
            Width = width,
            Layers = layers,
            Heads = heads,
            Inner = 4 * width,
            Positions = run.MaxLength ?? BertLayerArguments.MaxLength,
            InitializerRange = InitializerRange(width),
        };
        return BertOrigin.New(form, texts, tokens, lowerCase);
    }

    // As large as BERT-Base's 0.02 for what a layer adds up.
    private static float InitializerRange(int width) => 0.02f * MathF.Sqrt(768f / width);
}
