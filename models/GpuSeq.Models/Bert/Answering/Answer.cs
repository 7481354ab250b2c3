namespace GpuSeq.Models;

/// <summary>What answers a question.</summary>
/// <param name="Text">A part of the context; empty for no answer.</param>
/// <param name="Start">Where it begins in the context, in UTF-16 units.</param>
/// <param name="End">Where it ends, exclusively.</param>
/// <param name="Score">The share of its exponentiated score among the twenty best.</param>
public sealed record Answer(string Text, int Start, int End, double Score);

/// <summary>The answers to a question.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Answers">The best first.</param>
/// <param name="NullDifference">By how much the score of no answer is above that of the best part of the context.</param>
public sealed record AnsweredQuestion(string Question, IReadOnlyList<Answer> Answers, double NullDifference);
