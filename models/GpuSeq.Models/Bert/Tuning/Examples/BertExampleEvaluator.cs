using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures a model on examples whose answers are known.</summary>
internal sealed class BertExampleEvaluator
{
    private readonly BertClassifier _classifier;
    private readonly IAnswers _answers;
    private readonly EncodedText[][] _texts;
    private readonly float[][] _right;

    /// <param name="classifier">The model.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="DataException">There are none, or one has an answer that the model does not know.</exception>
    public BertExampleEvaluator(BertClassifier classifier, IReadOnlyList<TextExample> examples, string source)
    {
        if (examples.Count == 0)
            throw new DataException(source, "there are no examples");
        _classifier = classifier;
        _answers = classifier.Answers(examples.Max(example => example.Texts.Count - 1));
        _right = [.. examples.Select(example => _answers.Read(example, source))];
        _texts = [.. examples.Select(example => classifier.Encode(example.Texts))];
        Scores = _answers.NewScores();
    }

    /// <summary>What the last evaluation counted.</summary>
    public IAnswerScores Scores { get; private set; }

    /// <summary>Measures the best model of a run, or one of the Hub, on a data set: on the part made for it, else on everything.</summary>
    /// <exception cref="DataException">The data cannot be read, or has answers that the model does not know.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        using var classifier = BertClassifier.Load(device, run);
        var form = BertTuningRun.Of<BertExampleRun>(run).Form with { Problem = classifier.Model.Problem };
        return new BertExampleEvaluator(classifier, form.Read(data).Measured, data).Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        Scores = _answers.NewScores();
        var loss = _classifier.Outputs(_texts, cancellation).Zip(_right).Sum(example => Scores.Add(example.Second, example.First));
        return new(loss / _right.Length, Scores.ToMetrics(), _right.Length, clock.Elapsed.TotalSeconds) { ByClass = Scores.ByClass() };
    }
}
