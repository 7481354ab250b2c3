using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>
/// How questions are put to a model, and which spans may be answers; the defaults are those of Devlin et al. 2018. A run keeps them
/// beside its model in <see cref="FileName"/>.
/// </summary>
public sealed record AnswerOptions
{
    /// <summary>The file of a run that holds them.</summary>
    public const string FileName = "answering.json";

    /// <summary>The most pieces of a window, special ones included; what a model's positions allow is a limit too.</summary>
    public int MaxLength { get; init; } = 384;

    /// <summary>The pieces of the context that a window shares with the one before it.</summary>
    public int Stride { get; init; } = 128;

    /// <summary>The most pieces of a question; the rest is cut off.</summary>
    public int MaxQuestionLength { get; init; } = 64;

    /// <summary>The most pieces of an answer.</summary>
    public int MaxAnswerLength { get; init; } = 30;

    /// <summary>
    /// A question has no answer where the score of none, the start and end logits of [CLS], is above that of the best span by more
    /// than this; null for a model that always answers.
    /// </summary>
    public double? NullThreshold { get; init; }

    /// <summary>What is wrong with it in one line; null if nothing is.</summary>
    [JsonIgnore]
    public string? Fault => this switch
    {
        { MaxQuestionLength: < 1 } or { MaxAnswerLength: < 1 } => "max_question_length or max_answer_length is not positive",
        { Stride: < 0 } => "stride is negative",
        _ when MaxLength < MaxQuestionLength + Stride + LeastRoom =>
            $"max_length {MaxLength} leaves a window no room beside max_question_length {MaxQuestionLength} and stride {Stride}",
        _ => null,
    };

    private const int LeastRoom = 5; // up to four special tokens, and one that is new

    /// <summary>Reads those of a run; the defaults for a folder that has none.</summary>
    /// <exception cref="DataException">The file is broken.</exception>
    public static AnswerOptions Load(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var path = run.File(FileName);
        var options = File.Exists(path) ? JsonFile.Load<AnswerOptions>(path, "how questions are put to a model") : new();
        return options.Fault is null ? options : throw new DataException(path, options.Fault);
    }

    /// <summary>Writes the file of a run.</summary>
    public void Save(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        JsonFile.Save(run.File(FileName), this);
    }

    /// <summary>The same for a model that takes fewer pieces: windows, questions and strides shrink in proportion.</summary>
    /// <param name="most">The most pieces that the model takes.</param>
    public AnswerOptions Within(int most) => MaxLength <= most ? this : this with
    {
        MaxLength = most,
        Stride = Math.Min(Stride, most / 3),
        MaxQuestionLength = Math.Min(MaxQuestionLength, most / 3),
    };
}
