using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Writes texts for several sources side by side, token by token. Keys and values of the sources are computed once, those of tokens
/// when they are written; every beginning of a source's text looks at the same memory.
/// </summary>
internal sealed class TransformerSearch : IDisposable
{
    private readonly Device _device;
    private readonly TransformerModel _model;
    private readonly KeyValueCache _sources; // of B rows
    private readonly KeyValueCache _written; // of B K rows
    private readonly Tensor[] _remembered;
    private readonly int[] _lengths; // of the sources
    private readonly float[] _scores; // [V], added to those of next tokens: texts are of text
    private int _position;

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="sources">B texts.</param>
    /// <param name="beam">K, the beginnings of each.</param>
    /// <param name="maxLength">The most tokens that are written.</param>
    public TransformerSearch(Device device, TransformerModel model, int[][] sources, int beam, int maxLength)
    {
        var config = model.Config;
        (_device, _model, _lengths) = (device, model, Array.ConvertAll(sources, source => source.Length));
        _sources = new(device, config.DecoderLayers, sources.Length, _lengths.Max(), config.HiddenSize);
        _written = new(device, config.DecoderLayers, sources.Length * beam, maxLength, config.HiddenSize);
        _scores = new float[config.TargetVocabSize];
        foreach (var token in SentenceVocabulary.NoText)
            _scores[token] = float.NegativeInfinity;
        _remembered = Read(sources);
    }

    /// <summary>Goes on with every row by a token, as <see cref="BeamSearch"/> asks.</summary>
    /// <param name="words">[B K], the last token of each row.</param>
    /// <param name="origins">The row before that each continues; null where nothing was read yet.</param>
    /// <param name="count">How many next tokens are wanted for each.</param>
    /// <param name="mayEnd">Whether the text may end here.</param>
    public NextWords Next(int[] words, int[]? origins, int count, bool mayEnd)
    {
        using var graph = _device.BeginGraph(isTraining: false);
        if (origins is not null && origins.Index().Any(entry => entry.Item != entry.Index))
            _written.Reorder(graph.Input(origins, [origins.Length]));
        _scores[SentenceVocabulary.EndId] = mayEnd ? 0f : float.NegativeInfinity;
        var logits = Logits(graph, words) + graph.Input(_scores, [_scores.Length]);
        var next = logits.LogSoftmax().TopK(count);
        return new(next.Values.ToArray(), next.Indices.ToIntArray());
    }

    /// <summary>Reads a token of each row, and gives the scores of what follows, [B K, V].</summary>
    public Tensor Logits(Graph graph, int[] words) => _model.Continue(
        graph, graph.Input(words, [words.Length, 1]), _position++, _written, _remembered, graph.Input(_lengths, [_lengths.Length]));

    public void Dispose()
    {
        _sources.Dispose();
        _written.Dispose();
    }

    private Tensor[] Read(int[][] sources)
    {
        using var graph = _device.BeginGraph(isTraining: false);
        var batch = new Batch(ElementType.Int32, ElementType.Int32);
        TokenBatches.WriteSources(sources, _lengths.Max(), batch);
        var memory = _model.Encode(graph, graph.Input(batch[TokenBatches.Sources]), graph.Input(batch[TokenBatches.Lengths]));
        var zeros = graph.Input(new int[sources.Length], [sources.Length]);
        return [.. _model.Remember(memory).Select((kv, layer) => _sources.Write(layer, kv, zeros))];
    }
}
