using System.CommandLine;
using System.CommandLine.Parsing;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>
/// <c>gpuseq train gpt-classify</c>, <c>gpt-entail</c>, <c>gpt-similar</c> and <c>gpt-choice</c>: one way to fine-tune, four forms of
/// examples.
/// </summary>
internal static class TrainGptTuningCommand
{
    private const float TunedRate = 6.25e-5f; // Radford et al. 2018, section 4.1, as are weight decay, warm-up, lambda and dropout
    private const float NewRate = 1e-3f;
    private const int TunedEpochs = 3;
    private const int NewEpochs = 10;

    public static Command Create(CommandOutput output, GptTuningForm form)
    {
        var (summary, data) = Describe(form);
        var command = new Command(form.RecipeName(), summary);
        var training = new TrainingArguments(command, data, new()
        {
            Epochs = NewEpochs,
            Batch = 32,
            Optimizer = OptimizerKind.AdamW,
            LearningRate = NewRate,
            Schedule = "linear,warmup=0.002",
            WeightDecay = 0.01f,
            Metric = form == GptTuningForm.Similar ? TrainingGoal.Loss : "accuracy",
        });
        var model = new Option<string?>("--model")
        {
            Description = "The GPT to begin with: a run of 'gpuseq train gpt', or a folder with GPT-2 as the Hub has it. Without it a small one "
                + "begins at random, with byte-pair encoding that is learned from the data.",
            HelpName = "FOLDER",
        };
        training.LearningRate.Description = $"The (largest) learning rate; with --model {Format.Number(TunedRate)} unless it is given.";
        training.LearningRate.DefaultValueFactory = call => HasModel(call, model) ? TunedRate : NewRate;
        training.Epochs.Description = $"Passes over the data; with --model {TunedEpochs} unless they are given.";
        training.Epochs.DefaultValueFactory = call => HasModel(call, model) ? TunedEpochs : NewEpochs;
        var weight = CommonOptions.Number(
            "--lm-weight", "Lambda: what the loss of foretelling the texts' tokens is multiplied by, where it is added.", 0.5f, 0f);
        var dropout = CommonOptions.Number("--dropout", "The share of values that is dropped before the last layer.", 0.1f, 0f, 0.99f);
        var maxLength = CommonOptions.Number("--max-length", "The most tokens of a sequence; longer texts are cut.", 128, 8);
        var width = CommonOptions.Number("--width", "Without --model: the length of a token's vector.", 128, 1);
        var layers = CommonOptions.Number("--layers", "Without --model: blocks stacked on each other.", 2, 1);
        var heads = CommonOptions.Number("--heads", "Without --model: heads of attention; they divide the width.", 4, 1);
        var vocabulary = CommonOptions.Number("--vocab-size", "Without --model: the most tokens that are learned.", 4000, 257);
        training.Add(model, weight, dropout, maxLength, width, layers, heads, vocabulary);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new GptTuningRun { Model = start.Get(model) is { } folder ? Path.GetFullPath(folder) : null });
            if (start.Get(width) % start.Get(heads) != 0)
                throw new WrongCallException($"--heads {start.Get(heads)} do not divide --width {start.Get(width)}; see --help.");
            using var device = start.OpenDevice();
            var examples = form.Read(recipe.Data);
            if (recipe.Validation is { } held)
                examples = examples with { Dev = form.Read(held).Measured };
            var small = new GptConfig
            {
                Context = start.Get(maxLength),
                Width = start.Get(width),
                Layers = start.Get(layers),
                Heads = start.Get(heads),
            };
            using var origin = start.IsResumed ? GptOrigin.Resume(start.Run)
                : recipe.Model is { } path ? GptOrigin.Load(device, path)
                : GptOrigin.New(small, examples.WithDev(start.Options.Seed), start.Get(vocabulary));
            var config = start.Config(GptTuningConfig.Load, origin.Begin(form, start.Get(maxLength)) with
            {
                Dropout = start.Get(dropout),
                LanguageModelWeight = start.Get(weight),
            });
            using var task = new GptTuningTask(device, examples, config, origin.Tokenizer, start.Options);
            if (origin.Model is { } pretrained)
                task.Model.Take(pretrained);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }

    private static bool HasModel(ArgumentResult call, Option<string?> model) =>
        call.Parent is not null && call.GetValue(model) is not null; // help asks for defaults without a call

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
        _ => (
            "A GPT is fine-tuned to choose which text goes on from a context.",
            "A file with a line {\"context\": \"..\", \"choices\": [\"..\", \"..\"], \"answer\": 0} for each example, where answer is the "
                + "place of the right choice, from 0; or a TSV file with the columns context, choice0, choice1 .. and answer; or a folder "
                + "with such files named train and dev. Without it, generated situations."),
    };
}
