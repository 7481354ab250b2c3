namespace GpuSeq.Models;

/// <summary>A translation of a text.</summary>
/// <param name="Source">The text.</param>
/// <param name="Text">What it was translated to.</param>
/// <param name="Score">The logarithm of the probability that the model gives it, normalised by its length.</param>
public sealed record Translation(string Source, string Text, double Score);

/// <summary>A trained model that translates.</summary>
public interface ITranslator : IDisposable
{
    /// <summary>Translates sentences.</summary>
    /// <param name="texts">A sentence each; an empty one stays empty.</param>
    /// <param name="options">How translations are looked for.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    IReadOnlyList<Translation> Translate(IReadOnlyList<string> texts, SearchOptions options, CancellationToken cancellation = default);

    /// <summary>Shows at which words of a sentence the model looks as it writes a translation.</summary>
    /// <returns>Null where the model looks at none.</returns>
    Alignment? Align(Translation translation);
}
