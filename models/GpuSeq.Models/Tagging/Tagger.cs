using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>A model with what it sees of words: tags sentences with the parameters as they are at each moment.</summary>
internal sealed class Tagger : IMeasuredTagger
{
    private const int Batch = 32; // sentences

    private readonly Device _device;
    private readonly TaggerModel _model;
    private readonly TaggerFeatures _features;
    private readonly RecordedStep _emissions;
    private readonly Batch _batch = TaggerBatch.New();
    private readonly bool _ownsModel;

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="features">What it sees of words.</param>
    /// <param name="ownsModel">Whether the model is disposed with it.</param>
    public Tagger(Device device, TaggerModel model, TaggerFeatures features, bool ownsModel = false)
    {
        (_device, _model, _features, _ownsModel) = (device, model, features, ownsModel);
        _emissions = new(device, model.Emissions, isTraining: false);
    }

    public IReadOnlyList<string> Tags => _model.Config.Tags;

    /// <summary>Loads the best model of a run.</summary>
    /// <exception cref="DataException">A file of the folder cannot be read.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static Tagger Load(Device device, RunFolder run)
    {
        var config = TaggerConfig.Load(run.Config);
        var features = TaggerFeatures.Load(run, config);
        var model = run.Fill(new TaggerModel(device, config));
        return new(device, model, features, ownsModel: true);
    }

    public IReadOnlyList<IReadOnlyList<string>> Tag(IReadOnlyList<IReadOnlyList<string>> sentences)
    {
        var tags = new IReadOnlyList<string>[sentences.Count];
        Array.Fill(tags, []);
        var decoder = _model.Decoder();
        foreach (var chosen in ByLength(sentences.Select(sentence => sentence.Count)))
        {
            var emissions = Emissions([.. chosen.Select(place => EncodedSentence.Of(_features, _model.Config, sentences[place]))]);
            foreach (var (row, place) in chosen.Index())
                tags[place] = Decode(decoder, emissions, row, sentences[place].Count);
        }
        return tags;
    }

    public (double Loss, IReadOnlyList<IReadOnlyList<string>> Said) Measure(
        IReadOnlyList<TaggedSentence> sentences, CancellationToken cancellation)
    {
        var said = new IReadOnlyList<string>[sentences.Count];
        var decoder = _model.Decoder();
        var (loss, tokens) = (0.0, 0);
        foreach (var chosen in ByLength(sentences.Select(sentence => sentence.Tokens.Count)))
        {
            cancellation.ThrowIfCancellationRequested();
            var emissions = Emissions(
                [.. chosen.Select(place => EncodedSentence.Of(_features, _model.Config, sentences[place].Tokens, sentences[place].Tags))]);
            foreach (var (row, place) in chosen.Index())
                said[place] = Decode(decoder, emissions, row, sentences[place].Tokens.Count);
            var count = chosen.Sum(place => sentences[place].Tokens.Count);
            using var graph = _device.BeginGraph(isTraining: false);
            loss += count * _model.Loss(graph, graph.Input(emissions, Shape), _batch).Item();
            tokens += count;
        }
        return (loss / tokens, said);
    }

    public void Dispose()
    {
        _emissions.Dispose();
        if (_ownsModel)
            _model.Dispose();
    }

    // Of the scores of the batch, [B, T, K].
    private Shape Shape => [.. _batch[TaggerBatch.Words].Shape, _model.Config.Tags.Count];

    // The places of sentences, batch by batch, with others of about their length; empty ones have no tags.
    private static IEnumerable<int[]> ByLength(IEnumerable<int> lengths) => lengths.Index().Where(entry => entry.Item > 0)
        .OrderBy(entry => entry.Item).Select(entry => entry.Index).Chunk(Batch);

    private float[] Emissions(EncodedSentence[] sentences)
    {
        TaggerBatch.Write(_batch, sentences, _model.Config);
        return _emissions.Run(_batch).ToArray();
    }

    private string[] Decode(ViterbiDecoder decoder, float[] emissions, int row, int length)
    {
        var tags = _model.Config.Tags;
        var (steps, count) = (_batch[TaggerBatch.Words].Shape[1], tags.Count);
        return [.. decoder.Decode(emissions.AsSpan(row * steps * count, length * count)).ToArray().Select(tag => tags[tag])];
    }
}
