namespace GpuSeq.Models;

/// <summary>A trained model that tags the words of sentences.</summary>
public interface ITagger : IDisposable
{
    /// <summary>The tags of sentences, in the scheme BIO.</summary>
    /// <param name="sentences">The words of each.</param>
    IReadOnlyList<IReadOnlyList<string>> Tag(IReadOnlyList<IReadOnlyList<string>> sentences);
}
