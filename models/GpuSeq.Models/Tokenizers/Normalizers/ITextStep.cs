namespace GpuSeq.Models;

/// <summary>A step in which text is normalized before it is cut, as <c>tokenizer.json</c> lists them.</summary>
internal interface ITextStep
{
    /// <summary>The step as <c>tokenizer.json</c> writes it.</summary>
    object Json { get; }

    /// <summary>Takes the step.</summary>
    void Apply(AlignedText text);
}
