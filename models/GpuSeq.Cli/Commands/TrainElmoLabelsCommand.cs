using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train elmo-tagger</c> and <c>gpuseq train elmo-classifier</c>.</summary>
internal static class TrainElmoLabelsCommand
{
    public static Command Create(CommandOutput output, LabelUnit unit)
    {
        var command = unit == LabelUnit.Word
            ? new Command(ElmoLabelTask.TaggerName, "Names in texts are found by the layers of a language model (ELMo).")
            : new Command(ElmoLabelTask.ClassifierName, "Sentences are classified by the layers of a language model (ELMo).");
        var training = new TrainingArguments(
            command, unit == LabelUnit.Word ? TrainTaggerCommand.Data : TrainSentimentCommand.Data,
            new() { Epochs = 15, Batch = 32, LearningRate = 1e-3f, Metric = unit == LabelUnit.Word ? "f1" : "accuracy" });
        var elmo = new Option<string?>("--elmo")
        {
            Description = "The run of 'gpuseq train elmo' whose layers are used; they are not trained on.",
            HelpName = "RUN",
        };
        var layers = CommonOptions.Choice("--layers", "Which layers are used: a learned mix of all, or one alone.", ElmoLayers.Mix);
        var hidden = CommonOptions.Number("--hidden", "The size of each direction of an LSTM over the features; 0 for none.", 64, 0);
        var dropout = CommonOptions.Number("--dropout", "The share of values that is dropped.", 0.5f, 0f, 0.99f);
        var normalise = new Option<bool>("--normalise") { Description = "Normalise layers before they are mixed." };
        training.Add(elmo, layers, hidden, dropout, normalise);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            if (start.Get(elmo) is null && !start.IsResumed)
                throw new WrongCallException("--elmo is needed: the folder of a run that 'gpuseq train elmo' has made.");
            var recipe = start.Recipe(new ElmoLabelRun { Elmo = start.Get(elmo) is { } model ? Path.GetFullPath(model) : "" });
            var config = start.Config(ElmoLabelConfig.Load, new()
            {
                Unit = unit,
                Labels = [], // taken from the data, as are the features' sizes from the language model
                FeatureLayers = 0,
                FeatureWidth = 0,
                Layers = start.Choice<ElmoLayers>(layers),
                Normalises = start.Get(normalise),
                HiddenSize = start.Get(hidden),
                Dropout = start.Get(dropout),
            });
            using var device = start.OpenDevice();
            var corpus = LabelledCorpus.Read(unit, recipe.Data, recipe.Validation, start.Options.Seed);
            var folder = start.IsResumed ? start.Run.File(ElmoLabelTask.ElmoFolder) : recipe.Elmo;
            using var task = new ElmoLabelTask(
                device, folder, corpus, recipe.Data ?? "the built-in sentences", config, start.Options.Batch, start.Options.Seed);
            return start.Finish(output, start.Train(output, task, recipe));
        });
        return command;
    }
}
