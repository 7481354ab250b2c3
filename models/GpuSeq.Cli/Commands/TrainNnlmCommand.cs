using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train nnlm</c>.</summary>
internal static class TrainNnlmCommand
{
    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            NnlmTask.Name, "A feed-forward network learns to foretell the next word from the few before it (Bengio et al. 2003).");
        var training = new TrainingArguments(command, TrainWord2VecCommand.Data, new()
        {
            Epochs = 10,
            Batch = 128,
            LearningRate = 1e-3f,
            Schedule = "linear",
        });
        var context = CommonOptions.Number("--context", "How many words the next one is foretold from.", 4, 1);
        var embedding = CommonOptions.Number("--embedding", "The length of a word's vector.", 60, 1);
        var hidden = CommonOptions.Number("--hidden", "The size of the hidden layer.", 100, 1);
        var direct = new Option<bool>("--direct")
        {
            Description = "Connect the words' vectors with the output also without the hidden layer.",
        };
        var dropout = CommonOptions.Number("--dropout", "The share of words' and hidden values that is dropped.", 0.2f, 0f, 0.99f);
        training.Add(context, embedding, hidden, direct, dropout);
        var text = new CorpusArguments(training, minCount: 2, maxVocabulary: 10_000);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new NnlmRun { MinCount = start.Get(text.MinCount), MaxVocabulary = start.Get(text.MaxVocabulary) });
            var config = start.Config(NnlmConfig.Load, new()
            {
                VocabSize = 1, // taken from the text
                ContextSize = start.Get(context),
                EmbeddingSize = start.Get(embedding),
                HiddenSize = start.Get(hidden),
                IsDirect = start.Get(direct),
                Dropout = start.Get(dropout),
                Text = text.Options(start, dropsPunctuation: false),
            });
            using var device = start.OpenDevice();
            var (corpus, validation) = CorpusArguments.Read(recipe, config.Text, () => BuiltInCorpus.Write(3000));
            using var task = new NnlmTask(device, corpus, config, recipe, start.Options, validation);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
