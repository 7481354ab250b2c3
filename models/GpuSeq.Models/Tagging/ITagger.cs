namespace GpuSeq.Models;

/// <summary>A trained model that tags the words of sentences.</summary>
public interface ITagger : IDisposable
{
    /// <summary>The tags of sentences, in the scheme BIO.</summary>
    /// <param name="sentences">The words of each.</param>
    IReadOnlyList<IReadOnlyList<string>> Tag(IReadOnlyList<IReadOnlyList<string>> sentences);
}

/// <summary>A tagger that can be measured on sentences whose tags are known.</summary>
internal interface IMeasuredTagger : ITagger
{
    /// <summary>The tags that it gives.</summary>
    IReadOnlyList<string> Tags { get; }

    /// <summary>Tags sentences whose tags are known.</summary>
    /// <returns>The mean loss per token, and what was said.</returns>
    /// <exception cref="DataException">A tag is not of the model's.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    (double Loss, IReadOnlyList<IReadOnlyList<string>> Said) Measure(IReadOnlyList<TaggedSentence> sentences, CancellationToken cancellation);
}
