using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train word2vec</c>.</summary>
internal static class TrainWord2VecCommand
{
    /// <summary>What data it takes, for help.</summary>
    public const string Data = "A text file, or a folder of them; without it, sentences of a small grammar.";

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            Word2VecTask.Name, "Vectors of words are learned from the company that they keep: skip-gram or CBOW, on text files.");
        var training = new TrainingArguments(command, Data, new()
        {
            Epochs = 15,
            Batch = 128, // pairs of a batch add up: with many more, steps of the words of a small vocabulary overshoot
            LearningRate = 0.05f,
            Schedule = "linear",
            Optimizer = OptimizerKind.Sgd,
            ClipNorm = 0f,
            Metric = TrainingGoal.Last, // the loss of held-out text rises long before the vectors cease to get better
        });
        var kind = CommonOptions.Choice(
            "--kind", "skipgram: a word foretells those around it; cbow: those around it foretell a word.", Word2VecKind.SkipGram);
        var size = CommonOptions.Number("--size", "The length of a vector.", 100, 1);
        var window = CommonOptions.Number("--window", "The most words on each side that count as context.", 5, 1);
        var negatives = CommonOptions.Number(
            "--negatives", "Words of noise for each target; 0 for the softmax over all words, which wants --optimizer adam.", 5, 0);
        var subsample = CommonOptions.Number(
            "--subsample", "The share of the text from which on frequent words are thinned out; 0 to keep all.", 1e-3, 0.0, 1.0);
        var lists = new Option<string?>("--word-lists")
        {
            Description = "A file or folder of word similarities or analogies that every evaluation measures on as well.",
            HelpName = "PATH",
        };
        training.Add(kind, size, window, negatives, subsample, lists);
        var text = new CorpusArguments(training, minCount: 5, maxVocabulary: 100_000);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new Word2VecRun
            {
                MinCount = start.Get(text.MinCount),
                MaxVocabulary = start.Get(text.MaxVocabulary),
                WordLists = start.Get(lists) is { } path ? Path.GetFullPath(path) : null,
            });
            var config = start.Config(Word2VecConfig.Load, new()
            {
                VocabSize = 1, // taken from the text
                VectorSize = start.Get(size),
                Kind = start.Choice<Word2VecKind>(kind),
                Window = start.Get(window),
                Negatives = start.Get(negatives),
                Subsample = start.Get(subsample),
                Text = text.Options(start, dropsPunctuation: true),
            });
            using var device = start.OpenDevice();
            var (corpus, validation) = CorpusArguments.Read(recipe, config.Text, () => BuiltInCorpus.Write());
            using var task = new Word2VecTask(device, corpus, config, recipe, start.Options, validation);
            var result = start.Train(output, task, recipe);
            if (!result.IsInterrupted)
            {
                var vectors = TrainedModels.LoadVectors(start.Run.Path);
                Word2VecFile.WriteText(start.Run.File("vectors.txt"), vectors);
                Word2VecFile.WriteBinary(start.Run.File("vectors.bin"), vectors);
            }
            return start.Finish(output, result);
        });
        return command;
    }
}
