using GpuSeq.Engine;
using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>
/// Any number of labels: each is learned by a cross-entropy of its own, and said where it is more likely than not. In the data they
/// stand side by side, with commas or vertical bars between them.
/// </summary>
/// <param name="labels">In the order of their numbers.</param>
internal sealed class LabelSetAnswers(IReadOnlyList<string> labels) : IAnswers
{
    private readonly LabelNumbers _numbers = new(labels);

    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>The labels of an answer, one by one.</summary>
    public static string[] Split(string answer) =>
        answer.Split([',', '|'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public float[] Read(TextExample example, string source)
    {
        var answer = new float[Labels.Count];
        foreach (var label in Split(example.Answer))
            answer[_numbers.Of(label, source)] = 1f;
        return answer;
    }

    public IBatchTargets ToTargets(float[][] answers) => new VectorTargets(answers);

    public Tensor Loss(Tensor outputs, Tensor targets) => outputs.BinaryCrossEntropy(targets);

    public TextClass Say(string text, float[] outputs)
    {
        var said = Labels.Zip(outputs).Where(label => label.Second > 0f).Select(label => label.First);
        return new(text, string.Join(", ", said), Labels.Zip(outputs).ToDictionary(label => label.First, label => Sigmoid(label.Second)));
    }

    public IAnswerScores NewScores() => new Scores(Labels);

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));

    private sealed class Scores(IReadOnlyList<string> labels) : IAnswerScores
    {
        private readonly LabelSetScores _counts = new(labels);

        public double Add(float[] answer, float[] outputs)
        {
            _counts.Add([.. answer.Select(value => value > 0.5f)], [.. outputs.Select(logit => logit > 0f)]);
            return answer.Zip(outputs).Average(label => // log(1 + e^x) - t x, which does not overflow
                Math.Max(label.Second, 0) + Math.Log(1 + Math.Exp(-Math.Abs(label.Second))) - label.First * label.Second);
        }

        public Dictionary<string, double> ToMetrics() => _counts.ToMetrics();

        public Dictionary<string, double> ByClass() => _counts.ByClass();

        public Picture ToPicture() => new("labels", new Plot(
            "Labels told", new Axis("label") { Categories = labels }, new Axis("F1") { Includes = [0, 1] },
            [new Bars([.. labels.Index().Select(label => _counts.F1(label.Index))])])
        {
            Width = Math.Max(480, 60 * labels.Count),
        });
    }
}
