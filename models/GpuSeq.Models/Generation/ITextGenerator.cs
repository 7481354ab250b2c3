namespace GpuSeq.Models;

/// <summary>A piece of what a model writes.</summary>
/// <param name="Prompt">Which prompt it goes on from, counted from 0.</param>
/// <param name="Text">The piece.</param>
public sealed record TextPiece(int Prompt, string Text);

/// <summary>A trained model that writes text.</summary>
public interface ITextGenerator : IDisposable
{
    /// <summary>Reads prompts and goes on writing from each, piece by piece as the pieces come.</summary>
    /// <param name="prompts">What comes before; an empty one begins a new text.</param>
    /// <param name="options">What is written, and how long.</param>
    /// <exception cref="DataException">A prompt has what the model does not know.</exception>
    IEnumerable<TextPiece> Write(IReadOnlyList<string> prompts, GenerationOptions options);
}

/// <summary>Shorter ways to have text written.</summary>
public static class TextGeneratorExtensions
{
    /// <summary>What a model writes after each prompt.</summary>
    public static string[] Complete(this ITextGenerator generator, IReadOnlyList<string> prompts, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(prompts);
        var pieces = generator.Write(prompts, options).ToLookup(piece => piece.Prompt, piece => piece.Text);
        return [.. Enumerable.Range(0, prompts.Count).Select(prompt => string.Concat(pieces[prompt]))];
    }

    /// <summary>What a model writes after a prompt.</summary>
    /// <param name="generator">The model.</param>
    /// <param name="prompt">What comes before.</param>
    /// <param name="length">The most tokens to write.</param>
    /// <param name="sampling">How they are chosen; null as likely as they are.</param>
    public static string Complete(this ITextGenerator generator, string prompt, int length, SamplingOptions? sampling = null) =>
        generator.Complete([prompt], new() { Length = length, Sampling = sampling ?? new() })[0];
}
