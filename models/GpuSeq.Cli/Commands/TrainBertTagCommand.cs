using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train bert-tag</c>.</summary>
internal static class TrainBertTagCommand
{
    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            BertTagTask.Name, "A model of BERT's family is fine-tuned to mark names in sentences, from files with a word and its tag on each line.");
        var training = new TrainingArguments(command, TrainTaggerCommand.Data, BertTuningArguments.Training("f1"));
        var tuning = new BertTuningArguments(training);
        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var run = tuning.Run(start, new BertTuningRun());
            using var device = start.OpenDevice();
            var corpus = run.Data is { } data
                ? TaggedCorpus.Read(data, run.Validation, start.Options.Seed)
                : BuiltInTaggedSentences.Corpus;
            var origin = tuning.Origin(start, run, corpus.Train.Select(sentence => string.Join(' ', sentence.Tokens)), lowerCase: false);
            using var task = new BertTagTask(device, origin, corpus, run, start.Options);
            return start.Finish(output, start.Train(output, task, run));
        });
        return command;
    }
}
