using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>What the comparison of gradients shows.</summary>
internal static class FlowPictures
{
    private static readonly Axis TimeAxis = new("time step") { Numbers = AxisNumbers.Whole };
    private static readonly Axis StepAxis = new("training step") { Numbers = AxisNumbers.Whole, Includes = [0] };
    private static readonly Axis NormAxis = new("norm of the gradient") { IsLogarithmic = true };

    /// <summary>One network before and after training.</summary>
    public static Picture OverTime(GradientFlowTask task)
    {
        var marks = new List<Mark>();
        foreach (var (color, (name, flow)) in new[] { ("before training", task.Before), ("after training", task.Last) }.Index())
        {
            marks.Add(TimeLine(flow.Hidden, color) with { Name = $"hidden state, {name}" });
            if (flow.Cell is { } cell)
                marks.Add(TimeLine(cell, color) with { Name = $"cell, {name}", IsDashed = true });
        }
        return new("time", new($"{task.Variant.Name}: gradient of every state", TimeAxis, NormAxis, marks)
        {
            Note = $"Through one time step back: before training {Factor(task.Before)}, after {Factor(task.Last)}{Cell(task)}.",
        });
    }

    /// <summary>All networks: over time steps before training and after it, and over the steps of training.</summary>
    /// <param name="tasks">The networks, after their training.</param>
    /// <param name="logs">The log of each.</param>
    public static IReadOnlyList<Picture> Of(IReadOnlyList<GradientFlowTask> tasks, IReadOnlyList<IReadOnlyList<LoggedLine>> logs)
    {
        var pictures = new List<Picture>
        {
            new("1-time-before", Compared("before training", [.. tasks.DistinctBy(task => task.Variant.Cell)], task => task.Before)),
        };
        foreach (var clipping in tasks.GroupBy(task => task.Variant.Clipping))
        {
            var words = clipping.Key switch
            {
                FlowClipping.Norm => "clipping by norm",
                FlowClipping.Value => "clipping by value",
                _ => "no clipping",
            };
            pictures.Add(new($"2-time-{clipping.Key.ToString().ToLowerInvariant()}", Compared(words, [.. clipping], task => task.Last)));
        }
        foreach (var cell in tasks.Index().GroupBy(task => task.Item.Variant.CellName))
        {
            var curves = cell.Select(task => (Name: task.Item.Variant.Clipping.ToString().ToLowerInvariant(), Log: logs[task.Index])).ToArray();
            pictures.Add(new($"3-training-{cell.Key}-norm", Trained($"{cell.Key}: norm of all gradients, before clipping by norm", "grad_norm", curves)));
            pictures.Add(new($"3-training-{cell.Key}-loss", Trained($"{cell.Key}: loss", "loss", curves)));
        }
        return pictures;
    }

    private static Plot Compared(string when, IReadOnlyList<GradientFlowTask> tasks, Func<GradientFlowTask, GradientFlow> flow)
    {
        var lines = tasks.Select(task => TimeLine(flow(task).Hidden, (int)task.Variant.Cell) with { Name = task.Variant.CellName });
        var factors = tasks.Select(task => $"{task.Variant.CellName} {Factor(flow(task))}");
        return new($"Gradients through time, {when}", TimeAxis, NormAxis, [.. lines])
        {
            Note = $"Through one time step back: {string.Join(", ", factors)}.",
        };
    }

    private static Plot Trained(string title, string value, (string Name, IReadOnlyList<LoggedLine> Log)[] curves)
    {
        var marks = new List<Mark>();
        foreach (var (color, (name, log)) in curves.Index())
        {
            var lines = log.Where(line => line.Split == LoggedLine.Train && line.Values.ContainsKey(value)).ToArray();
            double[] steps = [.. lines.Select(line => (double)line.Step)];
            double[] values = [.. lines.Select(line => line.Values[value])];
            marks.Add(new Line(steps, Smoothing.Smooth(values, isLogarithmic: true)) { Color = color, Name = $"clipping: {name}" });
        }
        return new(title, StepAxis, new Axis(value == "loss" ? "loss" : "global norm") { IsLogarithmic = true }, marks);
    }

    private static Line TimeLine(IReadOnlyList<double> norms, int color) =>
        new([.. Enumerable.Range(1, norms.Count).Select(step => (double)step)], norms) { Color = color };

    private static string Cell(GradientFlowTask task) => task is { Before.CellFactor: { } before, Last.CellFactor: { } last }
        ? FormattableString.Invariant($"; of the cell x {before:0.00} and x {last:0.00}")
        : "";

    private static string Factor(GradientFlow flow) => FormattableString.Invariant($"x {flow.Factor:0.00}");
}
