using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>What may stand in the place of a mask.</summary>
/// <param name="Token">The token.</param>
/// <param name="Probability">How likely it is there.</param>
/// <param name="Text">The text with it, as the tokenizer spells texts; other masks are left out.</param>
public sealed record MaskGuess(string Token, double Probability, string Text);

/// <summary>A text and what may stand in each of its masks, the most likely first.</summary>
/// <param name="Text">The text as given.</param>
/// <param name="Masks">The guesses for each mask.</param>
public sealed record FilledText(string Text, IReadOnlyList<IReadOnlyList<MaskGuess>> Masks);

/// <summary>A model of BERT's family that foretells what masks in texts stand for.</summary>
public sealed class MaskFiller : IDisposable
{
    private static readonly EncodingOptions Reading = new() { RecognizesSpecial = true };

    private readonly Device _device;
    private readonly BertModel<MaskedLanguageHead> _model;
    private readonly TextEncoder _encoder;

    /// <summary>Takes over a model.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model, disposed with this.</param>
    /// <param name="encoder">Of its texts.</param>
    public MaskFiller(Device device, BertModel<MaskedLanguageHead> model, TextEncoder encoder) =>
        (_device, _model, _encoder) = (device, model, encoder);

    /// <summary>How a mask is spelled, such as <c>[MASK]</c>.</summary>
    public string Mask => _encoder.Tokenizer.TokenOf(_encoder.Special.Mask);

    /// <summary>Loads a run of ours, or a folder as the Hub has it.</summary>
    /// <exception cref="DataException">A file cannot be read, or the model does not foretell tokens.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static MaskFiller Load(Device device, RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var encoder = TextEncoder.Load(folder.Path);
        return new(device, BertFiles.Load<MaskedLanguageHead>(device, folder), encoder);
    }

    /// <summary>Foretells the masks of texts, read side by side.</summary>
    /// <param name="texts">Each with one mask or more.</param>
    /// <param name="guesses">How many for each mask.</param>
    /// <exception cref="DataException">A text holds no mask, or is too long.</exception>
    public IReadOnlyList<FilledText> Fill(IReadOnlyList<string> texts, int guesses = 5)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0)
            return [];
        EncodedText[] encoded = [.. texts.Select(Encode)];
        var batch = EncodedBatch.Of(encoded, _encoder.Special.Padding);
        int[] places = [.. batch.Ids.Index().Where(token => token.Item == _encoder.Special.Mask).Select(token => token.Index)];
        guesses = Math.Min(guesses, _model.Config.VocabSize);
        using var graph = _device.BeginGraph(isTraining: false);
        Shape shape = [batch.Count, batch.Width];
        var hidden = _model.Forward(graph, new(graph.Input(batch.Ids, shape))
        {
            Types = graph.Input(batch.Types, shape),
            Lengths = graph.Input(batch.Lengths, [batch.Count]),
        }).Hidden;
        var masked = hidden.Reshape([batch.Ids.Length, hidden.Shape[2]]).Select(0, graph.Input(places, [places.Length]));
        var (likely, tokens) = _model.Head.Logits(masked).Softmax().TopK(guesses); // [masks, guesses]
        var (probabilities, ids) = (likely.ToArray(), tokens.ToIntArray());
        return [.. texts.Index().Select(text => new FilledText(text.Item, [.. GuessesOf(text.Index)]))];

        IEnumerable<IReadOnlyList<MaskGuess>> GuessesOf(int row) =>
            from mask in places.Index()
            where mask.Item / batch.Width == row
            select (IReadOnlyList<MaskGuess>)
            [
                .. Enumerable.Range(mask.Index * guesses, guesses)
                    .Select(at => Guess(encoded[row], mask.Item % batch.Width, ids[at], probabilities[at])),
            ];
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _model.Dispose();

    private MaskGuess Guess(EncodedText text, int place, int token, float probability)
    {
        int[] filled = [.. text.Ids];
        filled[place] = token;
        var tokenizer = _encoder.Tokenizer;
        return new(tokenizer.Decode([token]).Trim(), probability, tokenizer.DecodeWithoutSpecial(filled).Trim());
    }

    private EncodedText Encode(string text)
    {
        var encoded = _encoder.Encode(text, options: Reading);
        if (!encoded.Ids.Contains(_encoder.Special.Mask))
            throw new DataException($"'{text}'", $"it holds no {Mask}");
        return encoded.Length <= _model.Config.MaxLength ? encoded : throw new DataException(
            $"'{text}'", $"it has {encoded.Length} tokens, of which the model reads {_model.Config.MaxLength}");
    }
}
