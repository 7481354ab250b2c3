using System.Diagnostics;

namespace GpuSeq.Models;

/// <summary>Measures a model on questions whose answers are known.</summary>
/// <param name="answerer">The model at work.</param>
/// <param name="examples">The questions.</param>
internal sealed class AnswerEvaluator(QuestionAnswerer answerer, IReadOnlyList<SquadExample> examples)
{
    private readonly bool _hasUnanswerable = examples.Any(example => example.Answers.Count == 0);

    /// <summary>Measures the model as it is now.</summary>
    /// <param name="cancellation">Ends it early.</param>
    /// <param name="choosesThreshold">
    /// Whether the threshold of the null difference becomes the one that is best for these questions, where some have no answer.
    /// </param>
    public Evaluation Evaluate(CancellationToken cancellation, bool choosesThreshold = false)
    {
        var clock = Stopwatch.StartNew();
        var (loss, windows) = (0.0, 0);
        var spans = answerer.Search(examples, Add, cancellation);
        var scores = new SquadScores(_hasUnanswerable);
        foreach (var (example, found) in examples.Zip(spans))
            scores.Add(example.Answers.Select(answer => answer.Text), found.TextOf(example.Context), found.NullDifference);
        if (choosesThreshold && _hasUnanswerable)
            answerer.Run = answerer.Run with { NullThreshold = scores.BestThreshold };
        return new(loss / windows, scores.ToMetrics(answerer.Run.NullThreshold), examples.Count, clock.Elapsed.TotalSeconds);

        void Add(AnswerWindow window, float[] starts, float[] ends)
        {
            var (first, last) = window.Find(examples[window.Question].FirstAnswer);
            loss += (starts.AsSpan().CrossEntropy(first) + ends.AsSpan().CrossEntropy(last)) / 2;
            windows++;
        }
    }
}
