using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>
/// Trainings that differ in the network and in what is done to gradients: a run in a folder of its own for each, and the run that
/// holds these folders, whose report lays them over each other.
/// </summary>
/// <param name="run">The folder of the whole.</param>
/// <param name="options">How each is trained; the limit of time is that of all together.</param>
/// <param name="config">What is compared.</param>
public sealed class GradientFlowComparison(RunFolder run, TrainingOptions options, GradientFlowConfig config)
{
    /// <summary>The folder of one training.</summary>
    public RunFolder FolderOf(FlowVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return new(run.File(variant.Name));
    }

    /// <summary>The options of one training.</summary>
    public TrainingOptions OptionsOf(FlowVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return options with
        {
            ClipNorm = variant.Clipping == FlowClipping.Norm ? options.ClipNorm : 0f,
            ClipValue = variant.Clipping == FlowClipping.Value ? options.ClipValue : 0f,
            MaxMinutes = options.MaxMinutes / config.Variants.Count(),
        };
    }

    /// <summary>Begins the run that holds the others.</summary>
    public void Begin()
    {
        run.Create();
        options.Save(run.Training);
        config.Save(run.Config);
    }

    /// <summary>Writes what all trainings together come to: log, models, pictures and the report.</summary>
    /// <param name="tasks">All of them, after their training.</param>
    /// <returns>The loss of each, and its measures by the names of the trainings.</returns>
    public Evaluation Finish(IReadOnlyList<GradientFlowTask> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        RunEnvironment.Current(tasks[0].Device, GradientFlowTask.Name, tasks[0].Items).Save(run.Environment);
        var runs = TrainingRun.Load(tasks.Select(task => FolderOf(task.Variant)));
        var pictures = FlowPictures.Of(tasks, [.. runs.Select(part => part.Lines)]);
        foreach (var picture in pictures)
            picture.Save(run.Pictures);
        TensorFiles.Save(run.Model, tasks.SelectMany(
            task => task.Parameters.Parameters, (task, parameter) => ($"{task.Variant.Name}.{parameter.Name}", (Engine.Tensor)parameter)));
        MergeLogs(runs);
        RunReport.Write(runs, run.Report, [.. pictures.Select(picture => picture.Plot)]);
        var metrics = tasks.SelectMany(Measures).ToDictionary();
        return new(tasks.Average(task => task.Last.Loss), metrics, tasks.Count, 0);
    }

    // A line for each step and split, with the numbers of every training under its name.
    private void MergeLogs(IReadOnlyList<TrainingRun> runs)
    {
        File.Delete(run.Metrics);
        var lines = runs.SelectMany(part => part.Lines.Select(line => (part.Name, Line: line)))
            .GroupBy(entry => (entry.Line.Step, entry.Line.Split)).OrderBy(group => group.Key.Step);
        foreach (var group in lines)
        {
            run.Log(new()
            {
                Step = group.Key.Step,
                Epoch = group.First().Line.Values.GetValueOrDefault("epoch"),
                Split = group.Key.Split,
                Loss = group.Average(entry => entry.Line.Values["loss"]),
                Lr = group.First().Line.Values.TryGetValue("lr", out var rate) ? rate : null,
                Metrics = group.SelectMany(entry => Shown(entry.Line).Select(
                    value => KeyValuePair.Create($"{entry.Name.Replace('-', '_')}_{value.Key}", value.Value))).ToDictionary(),
            });
        }
    }

    private static IEnumerable<KeyValuePair<string, double>> Shown(LoggedLine line) =>
        line.Values.Where(value => value.Key is "loss" or "grad_norm" or "accuracy" or "gradient_ratio" or "gradient_factor");

    private static IEnumerable<KeyValuePair<string, double>> Measures(GradientFlowTask task)
    {
        var name = task.Variant.Name.Replace('-', '_');
        yield return new($"{name}_accuracy", task.Last.Accuracy);
        yield return new($"{name}_gradient_ratio_before", task.Before.Ratio);
        yield return new($"{name}_gradient_factor_before", task.Before.Factor);
        yield return new($"{name}_gradient_ratio", task.Last.Ratio);
        yield return new($"{name}_gradient_factor", task.Last.Factor);
    }
}
