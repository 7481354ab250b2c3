using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train</c>: one command below it for each recipe.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandOutput output) =>
        new("train", "Train a model by a recipe. Ctrl-C saves; --resume goes on.")
        {
            TrainMlpCommand.Create(output),
            TrainCnnCommand.Create(output),
            TrainCharRnnCommand.Create(output),
            TrainGptCommand.Create(output),
            TrainGradientFlowCommand.Create(output),
            TrainSentimentCommand.Create(output),
            TrainTaggerCommand.Create(output),
            TrainSeq2SeqCommand.Create(output),
            TrainTranslateCommand.Create(output),
            TrainSummarizeCommand.Create(output),
            TrainWord2VecCommand.Create(output),
            TrainNnlmCommand.Create(output),
            TrainElmoCommand.Create(output),
            TrainElmoLabelsCommand.Create(output, LabelUnit.Word),
            TrainElmoLabelsCommand.Create(output, LabelUnit.Sentence),
            TrainGptTuningCommand.Create(output, GptTuningForm.Classify),
            TrainGptTuningCommand.Create(output, GptTuningForm.Entail),
            TrainGptTuningCommand.Create(output, GptTuningForm.Similar),
            TrainGptTuningCommand.Create(output, GptTuningForm.Choice),
            TrainPretrainingCommand.Create(output, BertConfig.Bert),
            TrainPretrainingCommand.Create(output, BertConfig.Roberta),
            TrainPretrainingCommand.Create(output, BertConfig.Albert),
            TrainPretrainingCommand.Create(output, BertConfig.Electra),
            TrainBertExamplesCommand.CreateClassify(output),
            TrainBertExamplesCommand.CreateChoice(output),
            TrainBertTagCommand.Create(output),
            TrainBertAnswerCommand.Create(output),
            TrainDistillCommand.Create(output),
            TrainWordSensesCommand.Create(output),
        };
}
