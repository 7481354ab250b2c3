using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>The options of every fine-tuning of BERT's family: what it begins with, and how its layers learn.</summary>
internal sealed class BertTuningArguments
{
    private const int WidthOfBase = 768;

    // Devlin et al. 2019, appendix A.3, as are weight decay and warm-up: of BERT-Base. Narrower models take more (Clark et al. 2020,
    // appendix B), and those without training as well.
    private static readonly TuningPace Tuned = new(5e-5f, 3);
    private static readonly TuningPace Fresh = new(1e-3f, 10);

    private readonly OriginArguments _origin;
    private readonly BertLayerArguments _layers;

    private readonly Option<bool> _untrained = new("--untrained")
    {
        Description = "With --model: take its form and tokenizer alone and begin at random, to see what its training is worth.",
    };

    /// <param name="training">Gets the options.</param>
    /// <param name="maxLength">The most tokens of a sequence unless others are given.</param>
    public BertTuningArguments(TrainingArguments training, int maxLength = BertLayerArguments.MaxLength)
    {
        training.Add(_untrained);
        _layers = new(training, maxLength);
        _origin = new(
            training,
            "The model to begin with: a run of 'gpuseq train bert-pretrain' or another of BERT's family, or a folder with BERT, RoBERTa, ALBERT or "
                + "ELECTRA as the Hub has it. Without it a small one begins at random, with a WordPiece that is learned from the data.",
            leastTokens: 100, Tuned, Fresh, RateOf);
        training.LearningRate.Description = $"The (largest) learning rate; with --model {Format.Number(Tuned.Rate)} times {WidthOfBase} over its "
            + $"width, at most {Format.Number(Fresh.Rate)}, unless it is given.";
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
        where TRun : BertTuningRun => start.Recipe(_layers.Run(start, fresh) with
        {
            Model = _origin.Model(start),
            IsUntrained = start.Get(_untrained),
        });

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
            return run.IsUntrained ? BertOrigin.Load(folder) with { Pretrained = null } : BertOrigin.Load(folder);
        var form = new BertConfig
        {
            Width = width,
            Layers = layers,
            Heads = heads,
            Inner = 4 * width,
            Positions = run.MaxLength ?? BertLayerArguments.MaxLength,
            InitializerRange = BertFormArguments.InitialDeviation(width),
        };
        return BertOrigin.New(form, texts, tokens, lowerCase);
    }

    // Called while the call is read: a folder that holds no such model is told of when it is loaded.
    private static float RateOf(string folder)
    {
        try
        {
            return Math.Min(Fresh.Rate, Tuned.Rate * WidthOfBase / BertConfig.Load(new RunFolder(folder).Config).Width);
        }
        catch (DataException)
        {
            return Tuned.Rate;
        }
    }
}
