using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train seq2seq</c>.</summary>
internal static class TrainSeq2SeqCommand
{
    private const string Data = "A file of lines of source TAB translation, or a folder with train and dev in the names of its files; "
        + "without it, sentences of a small grammar.";

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            Seq2SeqTask.Name, "A recurrent encoder and decoder with attention learns to translate from lines of source TAB translation.");
        var training = new TrainingArguments(command, Data, new()
        {
            Epochs = 15,
            Batch = 64,
            LearningRate = 2e-3f,
            Schedule = "cosine,warmup=0.02",
            Metric = "bleu",
        });
        var cell = CommonOptions.Choice("--cell", "The kind of cell.", CellKind.Gru);
        var attention = CommonOptions.Choice(
            "--attention", "How the decoder looks at the source: dot and general after each step, additive before it.", AttentionKind.General);
        var feeding = new Option<bool>("--input-feeding")
        {
            Description = "Give what dot or general attention saw to the next step; slower, since training then goes word by word.",
        };
        var hidden = CommonOptions.Number("--hidden", "The size of the decoder's state; even.", 512, 2);
        var layers = CommonOptions.Number("--layers", "Layers of the encoder, and of the decoder.", 1, 1);
        var embedding = CommonOptions.Number("--embedding", "The length of a word's vector.", 256, 1);
        var dropout = CommonOptions.Number(
            "--dropout", "The share of values that is dropped of words, between layers and before the output.", 0.3f, 0f, 0.99f);
        var smoothing = CommonOptions.Number("--label-smoothing", "How much of each target is spread over all words.", 0.1f, 0f, 0.99f);
        var minCount = CommonOptions.Number("--min-count", "Words that occur less often are not known.", 2, 1);
        var reverse = new Option<bool>("--reverse") { Description = "Translate from the second column to the first." };
        training.Add(
            cell, attention, feeding, hidden, layers, embedding, dropout, smoothing, minCount, reverse);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new Seq2SeqRun { MinCount = start.Get(minCount) });
            var config = start.Config(Seq2SeqConfig.Load, new()
            {
                SourceVocabSize = 1, // taken from the sentences
                TargetVocabSize = 1,
                Cell = start.Choice<CellKind>(cell),
                Attention = start.Choice<AttentionKind>(attention),
                InputFeeding = start.Get(feeding),
                EmbeddingSize = start.Get(embedding),
                HiddenSize = start.Get(hidden),
                NumLayers = start.Get(layers),
                Dropout = start.Get(dropout),
                LabelSmoothing = start.Get(smoothing),
                Reverse = start.Get(reverse),
            });
            if (config.Fault is { } fault)
                throw new WrongCallException($"{char.ToUpperInvariant(fault[0])}{fault[1..]}. 'gpuseq train seq2seq --help' shows how it is called.");
            using var device = start.OpenDevice();
            var corpus = ParallelCorpus.Read(recipe, config.Reverse, start.Options.Seed);
            using var task = new Seq2SeqTask(device, corpus, config, recipe.MinCount, start.Options.Batch, start.Options.Seed);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
