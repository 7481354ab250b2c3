namespace GpuSeq.Models;

/// <summary>Writes text with a model of tokens.</summary>
internal sealed class TextGenerator : ITextGenerator
{
    /// <summary>The token behind each text, where a tokenizer has one.</summary>
    public const string EndOfText = "<|endoftext|>";

    private readonly ITokenizer _tokenizer;
    private readonly Func<int, ITokenDecoder> _decoder;
    private readonly IDisposable _model;
    private readonly int? _end;

    /// <param name="model">Disposed in the end.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="decoder">Makes the model read so many texts.</param>
    /// <param name="end">The token that ends a text; null for that of the tokenizer, if it has one.</param>
    public TextGenerator(IDisposable model, ITokenizer tokenizer, Func<int, ITokenDecoder> decoder, int? end = null)
    {
        (_model, _tokenizer, _decoder) = (model, tokenizer, decoder);
        _end = end ?? tokenizer.Find(EndOfText);
    }

    /// <summary>The token before the first of a new text: what ends the one before, else a new line.</summary>
    private int Start => _end ?? _tokenizer.Find("\n") ?? _tokenizer.Find("\u010A") ?? 0; // as byte-level tokenizers spell a new line

    /// <inheritdoc/>
    public IEnumerable<TextPiece> Write(IReadOnlyList<string> prompts, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Stop.Any(string.IsNullOrEmpty))
            throw new ArgumentException("A stop word is empty.", nameof(options));
        int[][] tokens = [.. prompts.Select(prompt => prompt.Length > 0 ? _tokenizer.Encode(prompt) : [Start])];
        return WritePieces(tokens, options);
    }

    /// <summary>Gives the memory of the model back.</summary>
    public void Dispose() => _model.Dispose();

    private IEnumerable<TextPiece> WritePieces(int[][] prompts, GenerationOptions options)
    {
        if (prompts.Length == 0)
            yield break;
        using var decoder = _decoder(prompts.Length);
        var writer = new TokenWriter(decoder, prompts, options.Sampling, _end);
        var streams = prompts.Select(_ => new TokenStream(_tokenizer)).ToArray();
        var stops = prompts.Select(_ => new StopWords(options.Stop)).ToArray();
        foreach (var (text, token) in writer.Write(options.Length))
        {
            var piece = token == _end ? "" : stops[text].Add(streams[text].Append(token));
            if (piece.Length > 0)
                yield return new(text, piece);
            if (stops[text].IsOver)
                writer.End(text);
        }
        for (var text = 0; text < prompts.Length; text++)
        {
            var rest = stops[text].IsOver ? "" : stops[text].Add(streams[text].Flush()) + stops[text].Flush();
            if (rest.Length > 0)
                yield return new(text, rest);
        }
    }
}
