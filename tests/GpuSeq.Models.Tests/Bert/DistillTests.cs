using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Small classifiers that learn from large ones.</summary>
public sealed class DistillTests
{
    [Test]
    public void Student_LearnsFromTheTeacher()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var examples = TextExamples.Of(BuiltInOpinions.Create());
        Teach(device, folder.File("teacher"), examples, steps: 250);
        var run = new DistillRun { Teacher = folder.File("teacher"), Alpha = 0.7f, Layers = 1 };
        var options = BertTuningSetup.Options(steps: 200, "accuracy");
        using var task = DistillTask.Create(device, examples, run, options);
        var result = BertTuningSetup.Train(task, options, run, folder.File("student"));
        var (teacher, student) = task.Comparison!.Value;
        Assert.Multiple(() =>
        {
            Assert.That(result.Best, Is.GreaterThan(0.65));
            Assert.That(teacher.Accuracy, Is.GreaterThan(0.65));
            Assert.That(student!.Accuracy, Is.EqualTo(result.Evaluation!.Metrics["accuracy"]).Within(1e-6));
            Assert.That(student.Parameters, Is.LessThan(teacher.Parameters));
            Assert.That(student.Milliseconds, Is.Positive);
            Assert.That(File.Exists(folder.File("student/pictures/teacher-and-student.svg")));
            Assert.That(TrainedModels.LoadClassifier(device, new(folder.File("student"))).Labels, Is.EqualTo(new[] { "negative", "positive" }));
        });
    }

    [TestCase(1f, 0f)]
    [TestCase(2f, 1f)]
    [TestCase(4f, 0.25f)]
    public void Loss_IsThatOfThePaper(float temperature, float alpha)
    {
        double[][] student = [[0.5, -1, 2], [0, 1, 0.25]], teacher = [[1, 0, 3], [-2, 2, 0.5]];
        int[] right = [2, 0];
        using var device = Device.Open();
        using var graph = device.BeginGraph();
        var logits = graph.Input([.. student.SelectMany(row => row).Select(value => (float)value)], [2, 3]);
        var soft = graph.Input([.. teacher.SelectMany(row => row).Select(value => (float)value)], [2, 3]);
        var teaching = new Distillation(new(1, 1, 1), [], temperature, alpha);
        var loss = teaching.Loss(logits.CrossEntropy(graph.Input(right, [2])), logits, soft).Item();
        var hard = student.Zip(right, (row, label) => -Math.Log(Softmax(row, 1)[label])).Average();
        var agreement = student.Zip(teacher, (own, taught) =>
            -Softmax(taught, temperature).Zip(Softmax(own, temperature), (p, q) => p * Math.Log(q)).Sum()).Average();
        Assert.That(loss, Is.EqualTo(alpha * temperature * temperature * agreement + (1 - alpha) * hard).Within(1e-5));
    }

    [Test]
    public void Student_BeginsWithEveryOtherLayerOfTheTeacher()
    {
        using var device = Device.Open();
        var form = BertTuningSetup.Small with { Layers = 4 };
        using var teacher = new BertExampleModel(new BertModel<ClassificationHead>(device, form, seed: 5));
        using var student = BertStudent.Of(device, teacher, new DistillRun().StudentOf(teacher.Config), seed: 6);
        using var other = BertStudent.Of(device, teacher, new DistillRun { Width = 16 }.StudentOf(teacher.Config), seed: 6);
        Assert.Multiple(() =>
        {
            Assert.That(Values(student, "bert.embeddings.word_embeddings.weight"), Is.EqualTo(Values(teacher, "bert.embeddings.word_embeddings.weight")));
            Assert.That(Values(student, Layer(1)), Is.EqualTo(Values(teacher, Layer(2))));
            Assert.That(Values(student, "classifier.weight"), Is.EqualTo(Values(teacher, "classifier.weight")));
            Assert.That(student.Parameters.Find(Layer(2)), Is.Null);
            Assert.That(other.Config.Heads, Is.EqualTo(1), "as wide as the teacher's");
            Assert.That(Values(other, Layer(1)), Has.Length.EqualTo(16 * 16));
        });

        static string Layer(int number) => $"bert.encoder.layer.{number}.attention.self.query.weight";

        static float[] Values(BertExampleModel model, string name) => model.Parameters.Find(name)!.ToArray();
    }

    [Test]
    public void Gradients_AreThere()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var examples = TextExamples.Of(BuiltInOpinions.Create());
        Teach(device, folder.Path, examples, steps: 1);
        using var task = DistillTask.Create(device, examples, new() { Teacher = folder.Path, Width = 16 }, new() { Batch = 16 });
        Models.Tests.Gradients.AreThere(task);
    }

    private static double[] Softmax(double[] logits, double temperature)
    {
        var powers = logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
        return [.. powers.Select(power => power / powers.Sum())];
    }

    private static void Teach(Device device, string folder, TextExamples examples, int steps)
    {
        var (run, options) = (new BertExampleRun(), BertTuningSetup.Options(steps, "accuracy"));
        using var task = new BertExampleTask(device, BertTuningSetup.Origin(examples), examples, run, options);
        BertTuningSetup.Train(task, options, run, folder);
    }
}
