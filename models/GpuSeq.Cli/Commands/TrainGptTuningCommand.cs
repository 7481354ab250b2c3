using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>
/// <c>gpuseq train gpt-classify</c>, <c>gpt-entail</c>, <c>gpt-similar</c> and <c>gpt-choice</c>: one way to fine-tune, four forms of
/// examples.
/// </summary>
internal static class TrainGptTuningCommand
{
    /// <summary>What contexts with choices may lie in, for help.</summary>
    public const string ChoiceData = "A file with a line {\"context\": \"..\", \"choices\": [\"..\", \"..\"], \"answer\": 0} for each example, "
        + "where answer is the place of the right choice, from 0; or a TSV file with the columns context, choice0, choice1 .. and answer; or a "
        + "folder with such files named train and dev. Without it, generated situations.";

    // Radford et al. 2018, section 4.1, as are weight decay, warm-up, lambda and dropout.
    private static readonly TuningPace Tuned = new(6.25e-5f, 3);
    private static readonly TuningPace Fresh = new(1e-3f, 10);

    public static Command Create(CommandOutput output, GptTuningForm form)
    {
        var (summary, data) = Describe(form);
        var command = new Command(form.RecipeName(), summary);
        var training = new TrainingArguments(command, data, new()
        {
            Epochs = Fresh.Epochs,
            Batch = 32,
            Optimizer = OptimizerKind.AdamW,
            LearningRate = Fresh.Rate,
            Schedule = "linear,warmup=0.002",
            WeightDecay = 0.01f,
            Metric = form == GptTuningForm.Similar ? TrainingGoal.Loss : "accuracy",
        });
        var weight = CommonOptions.Number(
            "--lm-weight", "Lambda: what the loss of foretelling the texts' tokens is multiplied by, where it is added.", 0.5f, 0f);
        var dropout = CommonOptions.Number("--dropout", "The share of values that is dropped before the last layer.", 0.1f, 0f, 0.99f);
        var maxLength = CommonOptions.Number("--max-length", "The most tokens of a sequence; longer texts are cut.", 128, 8);
        training.Add(weight, dropout, maxLength);
        var origin = new OriginArguments(
            training,
            "The GPT to begin with: a run of 'gpuseq train gpt', or a folder with GPT-2 as the Hub has it. Without it a small one begins at random, "
                + "with byte-pair encoding that is learned from the data.",
            leastTokens: 257, Tuned, Fresh);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new GptTuningRun { Model = origin.Model(start) });
            var (width, layers, heads, tokens) = origin.Sizes(start);
            using var device = start.OpenDevice();
            var examples = TextExamples.Read(path => form.Read(path), recipe);
            var small = new GptConfig
            {
                Context = start.Get(maxLength),
                Width = width,
                Layers = layers,
                Heads = heads,
            };
            using var beginning = start.IsResumed ? GptOrigin.Resume(start.Run)
                : recipe.Model is { } folder ? GptOrigin.Load(device, folder)
                : GptOrigin.New(small, examples.WithDev(start.Options.Seed), tokens);
            var config = start.Config(GptTuningConfig.Load, beginning.Begin(form, start.Get(maxLength)) with
            {
                Dropout = start.Get(dropout),
                LanguageModelWeight = start.Get(weight),
            });
            using var task = new GptTuningTask(device, examples, config, beginning.Tokenizer, start.Options);
            if (beginning.Model is { } pretrained)
                task.Model.Take(pretrained);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }

    private static (string Summary, string Data) Describe(GptTuningForm form) => form switch
    {
        GptTuningForm.Classify => ("A GPT is fine-tuned to say what texts are, from labelled examples.", TrainSentimentCommand.Data),
        GptTuningForm.Entail => (
            "A GPT is fine-tuned to say whether a text follows from another, contradicts it, or neither.",
            "A TSV file whose first line names the columns sentence1, sentence2 and gold_label, or a folder with train.tsv and dev.tsv; "
                + "without it, generated premises."),
        GptTuningForm.Similar => (
            "A GPT is fine-tuned to say how alike two texts are: a number, or a label such as 0 or 1.",
            "A TSV file whose first line names the columns sentence1, sentence2 and score or label, or a folder with train.tsv and dev.tsv. "
                + "Of a column of more than two different numbers, numbers are learned (Pearson's and Spearman's correlation tell how "
                + "well), else labels. Without it, generated pairs."),
        _ => ("A GPT is fine-tuned to choose which text goes on from a context.", ChoiceData),
    };
}
