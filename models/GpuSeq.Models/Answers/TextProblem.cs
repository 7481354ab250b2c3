namespace GpuSeq.Models;

/// <summary>What a model tells of texts.</summary>
public enum TextProblem
{
    /// <summary>One label of several.</summary>
    Label,

    /// <summary>Any number of labels.</summary>
    Labels,

    /// <summary>A number.</summary>
    Number,

    /// <summary>Which of several texts goes on best from a context.</summary>
    Choice,
}
