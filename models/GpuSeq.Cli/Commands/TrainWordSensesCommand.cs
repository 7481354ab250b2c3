using System.CommandLine;
using GpuSeq.Engine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train word-senses</c>.</summary>
internal static class TrainWordSensesCommand
{
    private const string Data = "A table (.tsv) whose first line names the columns word, sense and sentence, with several sentences for each "
        + "sense of a word; without it, built-in sentences.";

    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            SenseComparison.Name,
            "Word2Vec and BERT are compared on words of several senses, such as the bank of a river and the one with the money.");
        var training = new TrainingArguments(command, Data, new()
        {
            Epochs = 240,
            Batch = 32,
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 4e-3f,
            Schedule = "linear,warmup=0.1",
            WeightDecay = 0.01f,
        });
        var model = new Option<string?>("--model")
        {
            Description = "The folder of a model of BERT's family; without it a small one is pre-trained on the sentences, as the "
                + "options above say.",
            HelpName = "FOLDER",
        };
        var vectors = new Option<string?>("--vectors")
        {
            Description = "A run with word vectors, or a file of word2vec's text or binary form; without it Word2Vec is trained on the "
                + "sentences.",
            HelpName = "RUN-OR-FILE",
        };
        var layer = CommonOptions.OptionalNumber(
            "--layer", "The layer whose hidden states are compared, 0 for what goes into the first one (default: the last).", 0);
        training.Add(model, vectors, layer);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            var recipe = start.Recipe(new RecipeData());
            var config = start.Config(WordSensesConfig.Load, new()
            {
                Model = FullPath(start.Get(model)),
                Vectors = FullPath(start.Get(vectors)),
                Layer = start.Get(layer),
            });
            var data = SenseData.Read(recipe.Data);
            if (recipe.Validation is { } compared)
                data = data with { Compared = SenseData.Read(compared).Compared };
            using var device = start.OpenDevice();
            start.Run.Create();
            config.Save(start.Run.Config);
            start.Run.SaveRecipe(recipe);
            start.Options.Save(start.Run.Training);
            if ((Word2Vec(output, start, device, config, data) ?? Bert(output, start, device, config, data)) is { } stopped)
                return start.Finish(output, stopped);
            using var bert = BertOccurrences.Load(device, new(config.Model ?? BertFolder(start).Path), config.Layer);
            var comparison = SenseComparison.Of(data, TrainedModels.LoadVectors(config.Vectors ?? VectorsFolder(start).Path), bert);
            comparison.Save(start.Run, device);
            return Finish(output, start, comparison);
        });
        return command;
    }

    private static RunFolder VectorsFolder(TrainingStart start) => new(start.Run.File("word2vec"));

    private static RunFolder BertFolder(TrainingStart start) => new(start.Run.File("bert"));

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    // Null where nothing is to be trained, or it was trained to the end.
    private static TrainingResult? Word2Vec(
        CommandOutput output, TrainingStart start, Device device, WordSensesConfig config, SenseData data)
    {
        if (config.Vectors is not null)
            return null;
        var options = SenseTraining.Word2VecOptions(start.Options);
        using var task = SenseTraining.Word2Vec(device, data, options);
        return Interrupted(start.TrainPart(output, task, VectorsFolder(start), options));
    }

    private static TrainingResult? Bert(CommandOutput output, TrainingStart start, Device device, WordSensesConfig config, SenseData data)
    {
        if (config.Model is not null)
            return null;
        var task = SenseTraining.Bert(device, data, start.Options);
        using var owner = (IDisposable)task;
        return Interrupted(start.TrainPart(output, task, BertFolder(start), start.Options));
    }

    private static TrainingResult? Interrupted(TrainingResult result) => result.IsInterrupted ? result : null;

    private static int Finish(CommandOutput output, TrainingStart start, SenseComparison comparison)
    {
        if (start.IsJson)
        {
            output.Json(new
            {
                Run = start.Run.Path,
                Metrics = comparison.Metrics(),
                Words = comparison.Words.Select(word => new { word.Word, word.Word2Vec, word.Bert }),
            });
            return ExitCode.Success;
        }
        output.Out.WriteLine("cosines of two occurrences of a word, and how often the nearest one has the same sense:");
        output.Table(
            ["WORD", "MODEL", "SAME SENSE ", "OTHER SENSE ", "NEAREST OF SAME SENSE "],
            comparison.Words.SelectMany(word => new[] { Row(word.Word, "word2vec", word.Word2Vec), Row(word.Word, "bert", word.Bert) }));
        output.Out.WriteLine($"all about it is in {start.Run.Report}");
        return ExitCode.Success;
    }

    private static string[] Row(string word, string model, SenseCosines? cosines) => cosines is null
        ? [word, model, "-", "-", "-"]
        :
        [
            word, model, Format.Invariant($"{cosines.Same:0.000}"), Format.Invariant($"{cosines.Other:0.000}"),
            Format.Invariant($"{cosines.Nearest:0.0%}"),
        ];
}
