using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary>
/// <c>gpuseq train bert-pretrain</c>, <c>roberta-pretrain</c>, <c>albert-pretrain</c> and <c>electra-pretrain</c>: one way to train,
/// four kinds of examples and losses.
/// </summary>
internal static class TrainPretrainingCommand
{
    public static Command Create(CommandOutput output, string modelType)
    {
        var command = new Command($"{modelType}-pretrain", Describe(modelType));
        var training = new TrainingArguments(
            command,
            "Text files, folders or zip archives with .txt files, with commas between them; without them, invented people's days.",
            new()
            {
                Epochs = 10,
                Batch = 32,
                Optimizer = OptimizerKind.AdamW,
                LearningRate = 1e-3f,
                Schedule = "linear,warmup=0.05",
                Beta2 = modelType == BertConfig.Roberta ? 0.98 : 0.999, // Liu et al. 2019, section 3.1
                WeightDecay = 0.01f,
            });
        var form = new BertFormArguments(training, modelType);
        var examples = new PretrainingArguments(training, modelType);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(examples.Run(start));
            using var device = start.OpenDevice();
            var task = PretrainingTasks.Begin(
                device, modelType, recipe, encoder => form.Config(start, encoder, recipe.Length), start.Options,
                start.IsResumed ? start.Run : null, output.Err.WriteLine);
            using var owner = (IDisposable)task;
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }

    private static string Describe(string modelType) => modelType switch
    {
        BertConfig.Bert => "BERT learns from plain text to foretell masked pieces, and whether one text follows another.",
        BertConfig.Roberta => "RoBERTa learns from plain text to foretell pieces that are masked anew in every epoch.",
        BertConfig.Albert => "ALBERT learns from plain text to foretell masked words, and whether two texts are in their order.",
        _ => "ELECTRA learns from plain text to find the pieces that a small generator replaced.",
    };
}
