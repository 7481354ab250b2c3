using GpuSeq.Engine;
using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>
/// What a student learns from a teacher: to give the labels probabilities as the teacher does, made softer by a temperature (Hinton,
/// Vinyals and Dean 2015, section 2).
/// </summary>
/// <param name="teacher">How good, large and fast the teacher is.</param>
/// <param name="logits">Of the teacher, for each example to learn from.</param>
/// <param name="temperature">What logits are divided by before they become probabilities.</param>
/// <param name="alpha">The share of the teacher in the loss; the rest is that of the right labels.</param>
internal sealed class Distillation(ModelMeasure teacher, float[][] logits, float temperature, float alpha)
{
    /// <summary>The teacher's logits, as batches have them.</summary>
    public IEnumerable<IBatchTargets> Targets => [new VectorTargets(logits)];

    /// <summary>The student as it was when it was compared last; null before.</summary>
    public ModelMeasure? Student { get; private set; }

    /// <summary>How good, large and fast the teacher is.</summary>
    public ModelMeasure Teacher => teacher;

    /// <summary>
    /// alpha T^2 times the cross-entropy of the softened probabilities, and 1 - alpha times the loss of the right labels: T^2 makes the
    /// gradients of the first as large as those of the second.
    /// </summary>
    /// <param name="hard">The loss of the right labels.</param>
    /// <param name="student">[B, labels], the student's logits.</param>
    /// <param name="soft">[B, labels], the teacher's.</param>
    public Tensor Loss(Tensor hard, Tensor student, Tensor soft)
    {
        var agreement = soft.Scale(1f / temperature).Softmax().Multiply(student.Scale(1f / temperature).LogSoftmax());
        return hard.Scale(1f - alpha).Add(agreement.Sum().Scale(-alpha * temperature * temperature / student.Shape[0]));
    }

    /// <summary>Measures the student, and draws it beside the teacher.</summary>
    public Picture Compare(BertExampleEvaluator student, long parameters)
    {
        Student = ModelMeasure.Of(student, parameters);
        double[] shares =
        [
            Student.Accuracy / teacher.Accuracy, (double)Student.Parameters / teacher.Parameters, Student.Milliseconds / teacher.Milliseconds,
        ];
        return new("teacher-and-student", new Plot(
            "Teacher and student", new Axis("") { Categories = ["accuracy", "parameters", "time of a text"] },
            new Axis("share of the teacher's") { Includes = [0, 1] },
            [new Bars([1, 1, 1]) { Name = "teacher" }, new Bars(shares) { Name = "student", Color = 1 }])
        {
            Note = $"Teacher: {teacher}. Student: {Student}.",
        });
    }
}
