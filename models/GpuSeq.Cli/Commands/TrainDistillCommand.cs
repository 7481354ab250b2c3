using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq train distill</c>.</summary>
internal static class TrainDistillCommand
{
    public static Command Create(CommandOutput output)
    {
        var command = new Command(
            DistillTask.Name, "A small classifier learns what a large one of BERT's family, its teacher, says of texts.");
        var training = new TrainingArguments(
            command, ExampleOptions.Data, BertTuningArguments.Training("accuracy") with { Epochs = 5, LearningRate = 3e-4f });
        var teacher = new Option<string?>("--teacher")
        {
            Description = "The teacher: a run of 'gpuseq train bert-classify', or a classifier of BERT's family as the Hub has it.",
            HelpName = "FOLDER",
        };
        var temperature = CommonOptions.Number("--temperature", "What logits are divided by before they are compared.", 2f, 0.1f);
        var alpha = CommonOptions.Number("--alpha", "The share of the teacher in the loss; the rest is that of the right labels.", 0.5f, 0f, 1f);
        var layers = CommonOptions.OptionalNumber("--layers", "Layers of the student (default: half of the teacher's).", 1);
        var width = CommonOptions.OptionalNumber(
            "--width", "The length of a token's vector (default: the teacher's). With another one the student begins at random, else with "
                + "layers of the teacher.", 1);
        training.Add(teacher, temperature, alpha, layers, width);
        var tuning = new BertLayerArguments(training);

        command.SetAction(given =>
        {
            var start = training.Begin(given);
            if (start.Get(teacher) is null && !start.IsResumed)
                throw new WrongCallException("--teacher is needed: the folder of a classifier of BERT's family; see --help.");
            var folder = Path.GetFullPath(start.Get(teacher) ?? ".");
            var run = start.Recipe(tuning.Run(start, new DistillRun
            {
                Teacher = folder,
                Task = start.IsResumed ? null : DistillTask.TaskOf(folder),
                Temperature = start.Get(temperature),
                Alpha = start.Get(alpha),
                Layers = start.Get(layers),
                Width = start.Get(width),
            }));
            using var device = start.OpenDevice();
            var examples = TextExamples.Read(run.Form.Read, run);
            using var task = DistillTask.Create(device, examples, run, start.Options);
            var result = start.Train(output, task, run);
            if (task.Comparison is not (var teaching, { } student))
                return start.Finish(output, result);
            if (start.IsJson)
                return start.Finish(output, Measured(result, ("teacher", teaching), ("student", student)));
            output.Table(["MODEL", "ACCURACY ", "PARAMETERS ", "MS A TEXT "], [Row("teacher", teaching), Row("student", student)]);
            return start.Finish(output, result);
        });
        return command;
    }

    private static TrainingResult Measured(TrainingResult result, params IEnumerable<(string Name, ModelMeasure Model)> models)
    {
        var metrics = new Dictionary<string, double>(result.Evaluation!.Metrics);
        foreach (var (name, model) in models)
        {
            metrics[$"{name}_accuracy"] = model.Accuracy;
            metrics[$"{name}_parameters"] = model.Parameters;
            metrics[$"{name}_milliseconds"] = model.Milliseconds;
        }
        return result with { Evaluation = result.Evaluation with { Metrics = metrics } };
    }

    private static string[] Row(string name, ModelMeasure model) =>
    [
        name, Format.Invariant($"{model.Accuracy:0.0000}"), Format.Count(model.Parameters), Format.Invariant($"{model.Milliseconds:0.00}"),
    ];
}
