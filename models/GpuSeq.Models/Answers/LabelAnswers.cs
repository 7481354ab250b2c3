using System.Globalization;
using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>One of several labels: the cross-entropy of their logits is learned by, and the highest logit is said.</summary>
/// <param name="labels">In the order of their numbers.</param>
internal sealed class LabelAnswers(IReadOnlyList<string> labels) : IAnswers
{
    private readonly LabelNumbers _numbers = new(labels);

    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>Choices, which are called by their places, counted from 0.</summary>
    public static LabelAnswers OfChoices(int count) =>
        new([.. Enumerable.Range(0, count).Select(place => place.ToString(CultureInfo.InvariantCulture))]);

    public float[] Read(TextExample example, string source) => [_numbers.Of(example.Answer, source)];

    public IBatchTargets ToTargets(float[][] answers) => new LabelTargets([.. answers.Select(answer => (int)answer[0])]);

    public Tensor Loss(Tensor outputs, Tensor targets) => outputs.CrossEntropy(targets);

    public TextClass Say(string text, float[] outputs)
    {
        var probabilities = Labels.Index().ToDictionary(
            label => label.Item, label => Math.Exp(-outputs.AsSpan().CrossEntropy(label.Index)));
        return new(text, Labels[outputs.AsSpan().IndexOfMax()], probabilities);
    }

    public IAnswerScores NewScores() => new Scores(Labels);

    private sealed class Scores(IReadOnlyList<string> labels) : IAnswerScores
    {
        private readonly ClassificationScores _table = new(labels);

        public double Add(float[] answer, float[] outputs)
        {
            var expected = (int)answer[0];
            _table.Add(expected, outputs.AsSpan().IndexOfMax());
            return outputs.AsSpan().CrossEntropy(expected);
        }

        // Of two labels, F1 is that of the second, such as "duplicate" or "positive".
        public Dictionary<string, double> ToMetrics()
        {
            var metrics = _table.ToMetrics();
            metrics["matthews"] = Matthews.Correlation(_table);
            if (labels.Count == 2)
                metrics["f1"] = _table.F1(1);
            return metrics;
        }

        public Dictionary<string, double> ByClass() => _table.ByClass();

        public Picture ToPicture() => ConfusionPicture.Of(_table);
    }
}
