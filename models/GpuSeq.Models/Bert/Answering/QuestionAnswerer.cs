using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>A model of BERT's family that finds answers in texts (Devlin et al. 2019, sections 4.2 and 4.3).</summary>
public sealed class QuestionAnswerer : IDisposable
{
    private const int Ranked = 20; // spans of a question

    private readonly TextEncoder _encoder;
    private readonly BertReader _reader;
    private readonly bool _ownsModel;

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="encoder">Of the texts.</param>
    /// <param name="run">How questions are put to it.</param>
    /// <param name="ownsModel">Whether the model is disposed with it.</param>
    internal QuestionAnswerer(Device device, BertModel<AnswerHead> model, TextEncoder encoder, BertAnswerRun run, bool ownsModel = false)
    {
        (Model, _encoder, Run, _ownsModel) = (model, encoder, run, ownsModel);
        _reader = new(device, (graph, input) => Logits(model, model.Forward(graph, input)), model.Config);
    }

    /// <summary>The model.</summary>
    public BertModel<AnswerHead> Model { get; }

    /// <summary>How questions are put to it.</summary>
    public BertAnswerRun Run { get; set; }

    /// <summary>Loads the best model of a run, or one of the Hub.</summary>
    /// <exception cref="DataException">A file of the folder cannot be read, or the model is for something else.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static QuestionAnswerer Load(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var recipe = BertTuningRun.Of<BertAnswerRun>(run);
        var origin = BertOrigin.Load(run.Path);
        return recipe.FaultFor(origin.Config) is { } fault
            ? throw new DataException(run.Recipe, fault)
            : new(device, BertFiles.Load<AnswerHead>(device, run), origin.Encoder, recipe, ownsModel: true);
    }

    /// <summary>Measures the best model of a run, or one of the Hub, on questions: on the part that is made for it, else on all.</summary>
    /// <exception cref="DataException">The data cannot be read.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var examples = SquadData.Read(data).Measured;
        using var answerer = Load(device, run);
        return new AnswerEvaluator(answerer, examples).Evaluate(cancellation);
    }

    /// <summary>Answers questions.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="count">How many answers to each are wanted, at most 20.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<AnsweredQuestion> Answer(
        IReadOnlyList<ContextQuestion> questions, int count = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        var spans = Search(questions, (_, _, _) => { }, cancellation);
        return
        [
            .. questions.Zip(spans, (question, found) =>
                new AnsweredQuestion(question.Question, Rank(question.Context, found, count), found.NullDifference)),
        ];
    }

    /// <summary>The best spans of each question.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="look">Sees the start and end logits of every window.</param>
    /// <param name="cancellation">Ends it early.</param>
    internal AnswerSpans[] Search(
        IReadOnlyList<ContextQuestion> questions, Action<AnswerWindow, float[], float[]> look, CancellationToken cancellation)
    {
        var windows = AnswerWindow.Of(_encoder, questions, Run, Model.Config);
        AnswerSpans[] spans = [.. questions.Select(_ => new AnswerSpans(Ranked, Run.MaxAnswerLength))];
        var outputs = _reader.Read([.. windows.Select(window => window.Text)], cancellation);
        foreach (var (window, logits) in windows.Zip(outputs))
        {
            var (length, width) = (window.Text.Length, logits.Length / 2);
            var (starts, ends) = (logits[..length], logits[width..(width + length)]);
            look(window, starts, ends);
            spans[window.Question].Add(window, starts, ends);
        }
        return spans;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _reader.Dispose();
        if (_ownsModel)
            Model.Dispose();
    }

    // [B, 2, T]: whether an answer begins at each token, and whether it ends there.
    private static Tensor Logits(BertModel<AnswerHead> model, BertResult result)
    {
        var (starts, ends) = model.Head.Logits(result);
        Shape row = [starts.Shape[0], 1, starts.Shape[1]];
        Tensor[] parts = [starts.Reshape(row), ends.Reshape(row)];
        return parts.Concat(1);
    }

    // Where there may be no answer, that is ranked among the others: at the threshold it is as good as the best.
    private Answer[] Rank(string context, AnswerSpans found, int count)
    {
        var ranked = found.Best.Select(span => (Span: span, span.Score)).ToList();
        if (Run.NullThreshold is { } threshold || ranked.Count == 0)
            ranked.Add((default, found.NullScore - (Run.NullThreshold ?? 0)));
        ranked.Sort((a, b) => b.Score.CompareTo(a.Score));
        var (best, sum) = (ranked[0].Score, ranked.Sum(entry => Math.Exp(entry.Score - ranked[0].Score)));
        return [.. ranked.Take(count).Select(entry => Said(context, entry.Span, Math.Exp(entry.Score - best) / sum))];
    }

    private static Answer Said(string context, AnswerSpan span, double score)
    {
        var text = context[span.Start..span.End];
        var start = span.Start + text.Length - text.TrimStart().Length; // some tokenizers count the blank before a word to it
        text = text.Trim();
        return new(text, start, start + text.Length, score);
    }
}
