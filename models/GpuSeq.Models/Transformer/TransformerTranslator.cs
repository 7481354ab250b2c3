using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>A transformer that translates or summarizes, with its parameters as they are at each moment.</summary>
public sealed class TransformerTranslator : ITranslator
{
    private const int MostRows = 128; // computed side by side: texts times beginnings of each
    private const int MostPlaces = 1 << 15; // of the caches, rows times tokens

    private readonly Device _device;

    /// <summary>A translator that disposes the model in the end.</summary>
    internal TransformerTranslator(Device device, TransformerModel model, TextCodec codec) =>
        (_device, Model, Codec) = (device, model, codec);

    /// <summary>The model.</summary>
    internal TransformerModel Model { get; }

    /// <summary>Texts as tokens.</summary>
    internal TextCodec Codec { get; }

    /// <summary>Loads the best model of a run.</summary>
    /// <exception cref="DataException">A file of the folder cannot be read.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static TransformerTranslator Load(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var config = TransformerConfig.Load(run.Config);
        var codec = TextCodec.Load(run, config);
        return new(device, run.Fill(new TransformerModel(device, config)), codec);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Translation> Translate(
        IReadOnlyList<string> texts, SearchOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        var found = Search([.. texts.Select(Codec.EncodeSource)], options, cancellation);
        return [.. texts.Zip(found, (text, tokens) =>
            string.IsNullOrWhiteSpace(text) ? new Translation(text, "", 0) : new(text, Codec.Decode(tokens.Words), tokens.Score))];
    }

    /// <summary>Of attention to the source in the last layer, the mean over the heads.</summary>
    /// <inheritdoc/>
    public Alignment? Align(Translation translation) => CrossAttention(translation)[^1].Mean;

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Model.Dispose();

    /// <summary>Finds the tokens of what is written for sources.</summary>
    internal Found[] Search(IReadOnlyList<int[]> sources, SearchOptions options, CancellationToken cancellation = default)
    {
        var longest = sources.Select(MaxLength).DefaultIfEmpty(1).Max();
        var rows = Math.Min(MostRows, MostPlaces / longest);
        return GroupedSearch.Run(sources, rows / options.Beam, SearchTogether, cancellation);

        int MaxLength(int[] source) => Math.Min(options.MaxLengthOf(source.Length), Model.Config.MaxPositions);

        Found[] SearchTogether(int[][] some)
        {
            var lengths = Array.ConvertAll(some, MaxLength);
            using var search = new TransformerSearch(_device, Model, some, options.Beam, lengths.Max());
            var length = 0;
            return new BeamSearch(options.Beam, options.LengthPenalty).Run(
                lengths, (words, origins, count) => search.Next(words, origins, count, mayEnd: length++ >= options.MinLength));
        }
    }

    /// <summary>Where each layer of the decoder looks in the source as it writes a translation: by head, and the mean over them.</summary>
    internal IReadOnlyList<(Alignment Mean, Alignment[] Heads)> CrossAttention(Translation translation)
    {
        ArgumentNullException.ThrowIfNull(translation);
        var (source, target) = (Codec.EncodeSource(translation.Source), Codec.EncodeTarget(translation.Text));
        if (target.Length >= Model.Config.MaxPositions)
            target = target[..(Model.Config.MaxPositions - 1)];
        var read = (TextCodec.Spell(Codec.Source, source), TextCodec.Spell(Codec.Target, [.. target, SentenceVocabulary.EndId]));
        using var graph = _device.BeginGraph(isTraining: false);
        var memory = Model.Encode(graph, graph.Input(source, [1, source.Length]), graph.Input([source.Length], [1]));
        int[] ids = [SentenceVocabulary.BeginId, .. target];
        var decoded = Model.Decode(graph, graph.Input(ids, [1, ids.Length]), memory, new() { ReturnsWeights = true });
        return [.. decoded.CrossWeights.Select(weights => (Table(weights.Mean(1)), Heads(weights)))]; // [1, H, T, S]

        Alignment[] Heads(Tensor weights) => [.. Enumerable.Range(0, weights.Shape[1]).Select(head => Table(weights.Slice(1, head, 1)))];

        Alignment Table(Tensor weights)
        {
            var (values, table) = (weights.ToArray(), new double[ids.Length, source.Length]);
            for (var i = 0; i < values.Length; i++)
                table[i / source.Length, i % source.Length] = values[i];
            return new(read.Item1, read.Item2, table);
        }
    }
}
