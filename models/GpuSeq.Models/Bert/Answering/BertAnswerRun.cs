using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>
/// What a run of the recipe has beside the model and the training: how questions are put to the model, and which spans may be answers.
/// The defaults are those of Devlin et al. 2019.
/// </summary>
public sealed record BertAnswerRun : BertTuningRun
{
    private const int UsualLength = 384;
    private const int UsualStride = 128;
    private const int UsualQuestionLength = 64;
    private const int LeastShare = 3; // a window is at least so many times as long as a question or a stride that nobody chose
    private const int SpecialTokens = 4; // at most, around question and context

    /// <summary>The pieces of the context that a window shares with the one before it; null for 128, or less in short windows.</summary>
    public int? Stride { get; init; }

    /// <summary>The most pieces of a question; the rest is cut off. Null for 64, or less in short windows.</summary>
    public int? MaxQuestionLength { get; init; }

    /// <summary>The most pieces of an answer.</summary>
    public int MaxAnswerLength { get; init; } = 30;

    /// <summary>
    /// A question has no answer where the score of none, the start and end logits of [CLS], is above that of the best span by more
    /// than this; null for a model that always answers.
    /// </summary>
    public double? NullThreshold { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Fault => base.Fault ?? this switch
    {
        { MaxQuestionLength: < 1 } => "max_question_length is not positive",
        { MaxAnswerLength: < 1 } => "max_answer_length is not positive",
        { Stride: < 0 } => "stride is negative",
        _ => null,
    };

    /// <summary>What is wrong with it for a model, in one line; null if nothing is.</summary>
    public string? FaultFor(BertConfig config)
    {
        var (length, stride, question) = WindowsFor(config);
        return length - SpecialTokens - question > stride
            ? null
            : $"windows of {length} tokens have no room for questions of {question} and {stride} tokens that windows share";
    }

    /// <summary>The most tokens of a window, those that windows share, and the most of a question, for a model.</summary>
    internal (int Length, int Stride, int Question) WindowsFor(BertConfig config)
    {
        var length = Math.Min(MaxLength ?? UsualLength, config.MaxLength);
        var most = length / LeastShare;
        return (length, Stride ?? Math.Min(UsualStride, most), MaxQuestionLength ?? Math.Min(UsualQuestionLength, most));
    }
}
