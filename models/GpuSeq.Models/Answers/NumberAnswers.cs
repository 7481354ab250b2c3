using System.Globalization;
using GpuSeq.Engine;
using GpuSeq.Models.Reporting;
using GpuSeq.Models.Reporting.Plots;

namespace GpuSeq.Models;

/// <summary>A number, learned by the squared error.</summary>
/// <param name="mean">What an output of 0 stands for.</param>
/// <param name="deviation">What an output of 1 says more.</param>
internal sealed class NumberAnswers(float mean = 0f, float deviation = 1f) : IAnswers
{
    public IReadOnlyList<string> Labels => [];

    public float[] Read(TextExample example, string source) =>
        float.TryParse(example.Answer, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number)
            ? [(number - mean) / deviation]
            : throw new DataException(source, $"an example has the answer '{example.Answer}', where the model tells a number");

    public IBatchTargets ToTargets(float[][] answers) => new VectorTargets(answers);

    public Tensor Loss(Tensor outputs, Tensor targets) => outputs.SquaredError(targets);

    public TextClass Say(string text, float[] outputs) =>
        new(text, Said(outputs[0]).ToString("0.00", CultureInfo.InvariantCulture), new Dictionary<string, double>());

    public IAnswerScores NewScores() => new Scores(this);

    private double Said(float output) => mean + (double)deviation * output;

    private sealed class Scores(NumberAnswers answers) : IAnswerScores
    {
        private readonly List<double> _right = [];
        private readonly List<double> _said = [];

        public double Add(float[] answer, float[] outputs)
        {
            _right.Add(answers.Said(answer[0]));
            _said.Add(answers.Said(outputs[0]));
            return Math.Pow(outputs[0] - (double)answer[0], 2);
        }

        public Dictionary<string, double> ToMetrics() =>
            new() { ["pearson"] = Pearson.Correlation(_right, _said), ["spearman"] = Spearman.Correlation(_right, _said) };

        public Dictionary<string, double> ByClass() => [];

        public Picture ToPicture() =>
            new("numbers", new Plot("Said and right", new Axis("right"), new Axis("said"), [new Points(_right, _said)]));
    }
}
