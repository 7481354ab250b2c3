using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Trains a small classifier by what a large one says (Hinton et al. 2015; Sanh et al. 2019).</summary>
public static class DistillTask
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "distill";

    /// <summary>The task of GLUE that a teacher learned; null where it learned none of them.</summary>
    /// <exception cref="DataException">A file of the folder cannot be read.</exception>
    public static string? TaskOf(string teacher) => BertTuningRun.Of<BertExampleRun>(new(teacher)).Task;

    /// <summary>Makes a student. The teacher reads the examples once, before training, and is not needed any more.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="examples">The examples; where they have no part to choose models by, a tenth is held back for that.</param>
    /// <param name="run">Which teacher, and how much it counts.</param>
    /// <param name="options">How the student is trained.</param>
    /// <exception cref="DataException">The teacher does not tell one label of several, or an example has one that it does not know.</exception>
    /// <exception cref="CheckpointException">The teacher's parameters cannot be read, or do not fit its configuration.</exception>
    public static BertExampleTask Create(Device device, TextExamples examples, DistillRun run, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        examples = examples.WithDev(options.Seed);
        using var teacher = BertClassifier.Load(device, new(run.Teacher));
        var folder = new RunFolder(run.Teacher);
        if (teacher.Model.Problem != TextProblem.Label)
            throw new DataException(folder.Config, "only a model that tells one label of several can teach");
        var form = run.Dropping(run.StudentOf(teacher.Model.Config));
        if (form.Fault is { } fault)
            throw new DataException(folder.Config, $"a student cannot be made of it: {fault}");
        var logits = teacher.Outputs([.. examples.Train.Select(example => teacher.Encode(example.Texts))]);
        var measure = ModelMeasure.Of(new BertExampleEvaluator(teacher, examples.Dev, examples.Source), teacher.Model.Parameters.Count);
        var origin = BertOrigin.Load(run.Teacher) with { Pretrained = null };
        var student = BertStudent.Of(device, teacher.Model, form, options.Seed);
        return new(device, origin, examples, student, run, options, new(measure, [.. logits], run.Temperature, run.Alpha));
    }
}
