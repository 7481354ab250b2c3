using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>An encoder and decoder that translates, with its parameters as they are at each moment.</summary>
public sealed class Seq2SeqTranslator : ITranslator
{
    /// <summary>The file of a model folder that holds the words of the source.</summary>
    public const string SourceFile = "source_vocab.json";

    /// <summary>The file of a model folder that holds the words of translations.</summary>
    public const string TargetFile = "target_vocab.json";

    private const int MostRows = 128; // computed side by side: sentences times beginnings of each
    private const long MostScores = 64L << 20; // of a search, which keeps the scores of all words at all steps

    private readonly Device _device;
    private readonly Seq2SeqModel _model;
    private readonly float[] _noText; // [V], added to scores: translations are of text

    /// <summary>A translator that disposes the model in the end.</summary>
    internal Seq2SeqTranslator(Device device, Seq2SeqModel model, Vocabulary source, Vocabulary target)
    {
        (_device, _model, Source, Target) = (device, model, source, target);
        _noText = new float[target.Count];
        foreach (var word in SentenceVocabulary.NoText)
            _noText[word] = float.NegativeInfinity;
    }

    /// <summary>The words that it reads.</summary>
    internal Vocabulary Source { get; }

    /// <summary>The words that it writes.</summary>
    internal Vocabulary Target { get; }

    /// <summary>The model.</summary>
    internal Seq2SeqModel Model => _model;

    /// <summary>Loads the best model of a run.</summary>
    /// <exception cref="DataException">A file of the folder cannot be read.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static Seq2SeqTranslator Load(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var config = Seq2SeqConfig.Load(run.Config);
        var (source, target) = (SentenceVocabulary.Load(run.File(SourceFile)), SentenceVocabulary.Load(run.File(TargetFile)));
        Check(run.File(SourceFile), source.Count, config.SourceVocabSize);
        Check(run.File(TargetFile), target.Count, config.TargetVocabSize);
        var model = run.Fill(new Seq2SeqModel(device, config));
        return new(device, model, source, target);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Translation> Translate(
        IReadOnlyList<string> texts, SearchOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        var found = Search([.. texts.Select(Source.EncodeSource)], options, cancellation);
        return [.. texts.Zip(found, (text, words) =>
            string.IsNullOrWhiteSpace(text) ? new Translation(text, "", 0) : new(text, Text(words.Words), words.Score))];
    }

    /// <inheritdoc/>
    public Alignment? Align(Translation translation)
    {
        ArgumentNullException.ThrowIfNull(translation);
        string[] source = [.. SentenceWords.Split(translation.Source), SentenceVocabulary.End];
        string[] target = [.. SentenceWords.Split(translation.Text), SentenceVocabulary.End];
        using var graph = _device.BeginGraph(isTraining: false);
        var encoded = Encode(graph, [Source.EncodeSource(translation.Source)]);
        int[] read = [SentenceVocabulary.BeginId, .. Target.Encode(target[..^1])];
        if (_model.Decode(encoded, encoded.Begin, graph.Input(read, [1, read.Length])).Weights is not { } weights)
            return null;
        var (values, width) = (weights.ToArray(), weights.Shape[2]);
        var table = new double[target.Length, source.Length];
        for (var row = 0; row < target.Length; row++)
        {
            for (var column = 0; column < source.Length; column++)
                table[row, column] = values[row * width + column];
        }
        return new([.. source.Select(SentenceWords.Plain)], [.. target.Select(SentenceWords.Plain)], table);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _model.Dispose();

    /// <summary>The text of words.</summary>
    internal string Text(int[] words) => SentenceWords.Join(words.Select(word => Target[word]));

    private Found[] Search(IReadOnlyList<int[]> sources, SearchOptions options, CancellationToken cancellation)
    {
        var longest = sources.Select(source => options.MaxLengthOf(source.Length)).DefaultIfEmpty(1).Max();
        var rows = (int)Math.Min(MostRows, MostScores / ((long)longest * Target.Count));
        return GroupedSearch.Run(sources, rows / options.Beam, some => SearchTogether(some, options), cancellation);
    }

    private Found[] SearchTogether(int[][] sources, SearchOptions options)
    {
        using var graph = _device.BeginGraph(isTraining: false);
        var beam = options.Beam;
        int[] repeated = [.. Enumerable.Range(0, sources.Length * beam).Select(row => row / beam)];
        var encoded = Encode(graph, sources).Select(graph.Input(repeated, [repeated.Length]));
        var (noText, state, length) = (graph.Input(_noText, [_noText.Length]), encoded.Begin, 0);
        var notYet = noText + graph.Input(
            [.. _noText.Select((_, word) => word == SentenceVocabulary.EndId ? float.NegativeInfinity : 0f)], [_noText.Length]);
        var lengths = Array.ConvertAll(sources, source => options.MaxLengthOf(source.Length));
        return new BeamSearch(beam, options.LengthPenalty).Run(lengths, (words, origins, count) =>
        {
            if (origins is not null && beam > 1)
                state = state.Select(graph.Input(origins, [origins.Length]));
            var decoded = _model.Decode(encoded, state, graph.Input(words, [words.Length, 1]));
            state = decoded.State;
            var next = (_model.Logits(decoded) + (length++ < options.MinLength ? notYet : noText)).LogSoftmax().TopK(count);
            return new(next.Values.ToArray(), next.Indices.ToIntArray());
        });
    }

    private EncodedSource Encode(Graph graph, int[][] sources)
    {
        var batch = new Batch(ElementType.Int32, ElementType.Int32, ElementType.Float32);
        TranslationBatches.WriteSources(sources, batch);
        return _model.Encode(graph.Input(batch[0]), graph.Input(batch[1]), graph.Input(batch[2]));
    }

    private static void Check(string path, int words, int size)
    {
        if (words != size)
            throw new DataException(path, $"it has {words} words, and the model {size}");
    }
}
