namespace GpuSeq.Models;

/// <summary>A question about a text.</summary>
/// <param name="Question">What is asked.</param>
/// <param name="Context">The text that should hold the answer.</param>
public record ContextQuestion(string Question, string Context);

/// <summary>A part of a context that answers a question.</summary>
/// <param name="Text">The part.</param>
/// <param name="Start">Where it begins in the context, in UTF-16 units.</param>
public sealed record SquadAnswer(string Text, int Start)
{
    /// <summary>Where it ends, exclusively.</summary>
    public int End => Start + Text.Length;
}

/// <summary>A question whose answers are known.</summary>
/// <param name="Id">What the data calls it.</param>
/// <param name="Question">What is asked.</param>
/// <param name="Context">The text that should hold the answer.</param>
/// <param name="Answers">Any of them is right; none where the context does not answer the question.</param>
public sealed record SquadExample(string Id, string Question, string Context, IReadOnlyList<SquadAnswer> Answers)
    : ContextQuestion(Question, Context)
{
    /// <summary>The answer that is learned; null where the context does not answer the question.</summary>
    public SquadAnswer? FirstAnswer => Answers.Count > 0 ? Answers[0] : null;
}
