using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train tagger</c>.</summary>
internal static class TrainTaggerCommand
{
    /// <summary>What data it takes, for help.</summary>
    public const string Data = "CoNLL files: one, several with commas between them, or a folder with train and dev in the names of its files; "
        + "without it, invented sentences.";

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            TaggerTask.Name, "A BiLSTM with a CRF learns to mark names in sentences, from files with a word and its tag on each line.");
        var form = new TaggerConfig();
        var training = new TrainingArguments(
            command, Data, new() { Epochs = 30, Batch = 16, LearningRate = 2e-3f, ClipNorm = 5f, AverageDecay = 0.995, Metric = "f1" });
        var embedding = CommonOptions.Number("--embedding", "The length of a word's vector.", form.EmbeddingSize, 1);
        var shape = CommonOptions.Number(
            "--shape-size", "The length of the vector of a word's shape, such as Xx; 0 for none.", form.ShapeSize, 0);
        var characters = CommonOptions.Choice("--characters", "How the characters of a word are seen.", form.Characters);
        var characterSize = CommonOptions.Number("--character-size", "The length of a character's vector.", form.CharacterSize, 1);
        var characterHidden = CommonOptions.Number(
            "--character-hidden", "Features of a word's characters: filters, or states of both directions.", form.CharacterHidden, 2);
        var hidden = CommonOptions.Number("--hidden", "The size of the state in each direction.", form.HiddenSize, 1);
        var layers = CommonOptions.Number("--layers", "Layers stacked on each other.", form.NumLayers, 1);
        var dropout = CommonOptions.Number("--dropout", "The share of features and states that is dropped.", form.Dropout, 0f, 0.99f);
        var wordDropout = CommonOptions.Number(
            "--word-dropout", "A word that occurs n times is learned as unknown with the probability N / (N + n); 0 for never.", 1.0, 0.0);
        var minCount = CommonOptions.Number("--min-count", "Words that occur less often are not known.", 1, 1);
        var noCrf = new Option<bool>("--no-crf") { Description = "Say each tag by itself, without a conditional random field over them." };
        var anyTags = new Option<bool>("--any-tags") { Description = "Also say tags that do not fit together, such as I-PER behind O." };
        training.Add(
            embedding, shape, characters, characterSize, characterHidden, hidden, layers, dropout, wordDropout, minCount, noCrf, anyTags);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new TaggerRun { WordDropout = start.Get(wordDropout), MinCount = start.Get(minCount) });
            var config = start.Config(TaggerConfig.Load, new()
            {
                EmbeddingSize = start.Get(embedding),
                ShapeSize = start.Get(shape),
                Characters = start.Choice<CharacterFeatures>(characters),
                CharacterSize = start.Get(characterSize),
                CharacterHidden = start.Get(characterHidden),
                HiddenSize = start.Get(hidden),
                NumLayers = start.Get(layers),
                Dropout = start.Get(dropout),
                Crf = !start.Get(noCrf),
                OnlyValid = !start.Get(anyTags),
            });
            using var device = start.OpenDevice();
            var corpus = recipe.Data is { } data
                ? TaggedCorpus.Read(data, recipe.Validation, start.Options.Seed)
                : BuiltInTaggedSentences.Corpus;
            using var task = new TaggerTask(device, corpus, config, recipe, start.Options.Batch, start.Options.Seed);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
