using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Sentences whose layers were computed once, with others of about their length.</summary>
internal sealed class ElmoLabelBatches : IBatchSource
{
    public const int Ignored = -100; // the label of padding, as the loss has it

    private readonly ElmoLabelConfig _config;
    private readonly IReadOnlyList<SentenceFeatures> _features;
    private readonly int[][] _labels;
    private readonly EpochOrder _order;

    /// <param name="config">Which layers are taken, and what gets a label.</param>
    /// <param name="sentences">The sentences.</param>
    /// <param name="features">The layers of each.</param>
    /// <param name="batch">Sentences of a batch.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="DataException">A label is none of the model's.</exception>
    public ElmoLabelBatches(
        ElmoLabelConfig config, IReadOnlyList<LabelledWords> sentences, IReadOnlyList<SentenceFeatures> features, int batch, ulong seed,
        string source)
    {
        (_config, Sentences, _features) = (config, sentences, features);
        var numbers = config.Labels.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        _labels = [.. sentences.Select(sentence => sentence.Labels.Select(Number).ToArray())];
        _order = new(sentences.Count, batch, seed, [.. sentences.Select(sentence => sentence.Words.Count)]);

        int Number(string label) => numbers.TryGetValue(label, out var number)
            ? number
            : throw new DataException(source, $"the label '{label}' is none of the model's: {string.Join(", ", config.Labels)}");
    }

    public IReadOnlyList<LabelledWords> Sentences { get; }

    public int BatchesPerEpoch => _order.Batches;

    /// <summary>The sentences of a batch of the first epoch.</summary>
    public ReadOnlySpan<int> this[int index] => _order[0, index];

    /// <summary>The numbers of a sentence's labels; none where they are not known.</summary>
    public int[] LabelsOf(int sentence) => _labels[sentence];

    /// <summary>A batch of layers [J, B, T, C], lengths [B], labels [B, T] or [B], and reciprocals of the lengths [B, 1].</summary>
    public Batch NewBatch() => new(ElementType.Float32, ElementType.Int32, ElementType.Int32, ElementType.Float32);

    public int Read(int epoch, int index, Batch batch)
    {
        var chosen = _order[epoch, index];
        var (layers, width) = (_config.Used.GetOffsetAndLength(_config.FeatureLayers), _config.FeatureWidth);
        var (longest, count) = (0, 0);
        foreach (var sentence in chosen)
            longest = Math.Max(longest, _features[sentence].Words);
        var steps = PaddedIds.Width(longest);
        batch[0].Resize([layers.Length, chosen.Length, steps, width]);
        batch[1].Resize([chosen.Length]);
        batch[2].Resize(_config.Unit == LabelUnit.Word ? [chosen.Length, steps] : [chosen.Length]);
        batch[3].Resize([chosen.Length, 1]);
        var values = batch[0].Floats;
        values.Clear();
        batch[2].Ints.Fill(Ignored);
        var labels = batch[2].Ints.Length / chosen.Length; // places for those of a sentence
        for (var row = 0; row < chosen.Length; row++)
        {
            var features = _features[chosen[row]];
            for (var layer = 0; layer < layers.Length; layer++)
            {
                features.Values.AsSpan((layers.Offset + layer) * features.Words * width, features.Words * width)
                    .CopyTo(values[((layer * chosen.Length + row) * steps * width)..]);
            }
            batch[1].Ints[row] = features.Words;
            _labels[chosen[row]].CopyTo(batch[2].Ints[(row * labels)..]);
            batch[3].Floats[row] = 1f / features.Words;
            count += features.Words;
        }
        return count;
    }
}
