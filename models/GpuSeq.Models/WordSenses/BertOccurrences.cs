using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Vectors of words in their sentences by a model of BERT's family: the mean of the hidden states of a word's pieces.</summary>
public sealed class BertOccurrences : IDisposable
{
    private readonly BertModel<NoHead> _model;
    private readonly TextEncoder _encoder;
    private readonly BertReader _reader;
    private readonly string _source;

    private BertOccurrences(Device device, BertModel<NoHead> model, TextEncoder encoder, int layer, string source)
    {
        (_model, _encoder, _source, Layer) = (model, encoder, source, layer);
        _reader = new(device, (graph, input) => model.Forward(graph, input).HiddenStates[layer], model.Config);
    }

    /// <summary>The layer whose states they are: 0 for what goes into the first one.</summary>
    public int Layer { get; }

    /// <summary>Loads a model, whatever it is for.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="folder">A run, or a folder as the Hub has it.</param>
    /// <param name="layer">The layer whose states are wanted, 0 for what goes into the first one; null for the last.</param>
    /// <exception cref="DataException">A file of the folder cannot be read, or the model has no such layer.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static BertOccurrences Load(Device device, RunFolder folder, int? layer = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var origin = BertOrigin.Load(folder.Path);
        return layer is < 0 || layer > origin.Config.Layers
            ? throw new DataException(folder.Config, $"the model has {origin.Config.Layers} layers; there is no layer {layer}")
            : new(device, BertFiles.Load<NoHead>(device, folder), origin.Encoder, layer ?? origin.Config.Layers, folder.Path);
    }

    /// <summary>A vector for the word of each sentence.</summary>
    /// <exception cref="DataException">A sentence has more tokens than the model takes before its word has come.</exception>
    public float[][] Of(IReadOnlyList<SenseSentence> sentences, CancellationToken cancellation = default)
    {
        var options = new EncodingOptions { MaxLength = _model.Config.MaxLength };
        EncodedText[] texts = [.. sentences.Select(sentence => _encoder.Encode(sentence.Text, options: options))];
        var states = _reader.Read(texts, cancellation);
        return [.. sentences.Select((sentence, i) => Mean(sentence, texts[i], states[i]))];
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _reader.Dispose();
        _model.Dispose();
    }

    private float[] Mean(SenseSentence sentence, EncodedText text, float[] states)
    {
        var (start, width) = (sentence.Start ?? 0, _model.Config.Width);
        int[] pieces =
        [
            .. Enumerable.Range(0, text.Length).Where(place =>
                text.Parts[place] == 0 && text.Offsets[place].End > start && text.Offsets[place].Start < start + sentence.Word.Length),
        ];
        if (pieces.Length == 0)
            throw new DataException(_source, $"the model reads '{sentence.Word}' in no token of '{sentence.Text}'");
        var mean = new float[width];
        foreach (var piece in pieces)
        {
            for (var i = 0; i < width; i++)
                mean[i] += states[piece * width + i] / pieces.Length;
        }
        return mean;
    }
}
