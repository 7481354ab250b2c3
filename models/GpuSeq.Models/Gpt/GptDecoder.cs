using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Reads texts token by token, with the keys and values of the tokens so far kept, so that a further one costs one token's work:
/// a recorded step that is replayed. Where a text fills the context, its last half is read anew, and it goes on from there: it
/// has forgotten what stood before.
/// </summary>
internal sealed class GptDecoder : ITokenDecoder
{
    private readonly GptModel _model;
    private readonly KeyValueCache _cache;
    private readonly RecordedStep _step; // of one token of each text
    private readonly Batch _batch = new(ElementType.Int32, ElementType.Int32, ElementType.Int32, ElementType.Int32);
    private readonly List<int>[] _texts; // what each text has in the cache
    private readonly float[] _logits; // [B, V]

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model, as it is at each moment.</param>
    /// <param name="texts">B.</param>
    public GptDecoder(Device device, GptModel model, int texts)
    {
        var config = model.Config;
        _model = model;
        _cache = new(device, config.Layers, texts, config.Context, config.Width);
        _step = new(device, Step, isTraining: false);
        _texts = [.. Enumerable.Range(0, texts).Select(_ => new List<int>(config.Context))];
        _logits = new float[texts * config.VocabSize];
    }

    /// <summary>How many tokens were read by a replay.</summary>
    public long Replays => _step.Replays;

    private int Context => _model.Config.Context;

    /// <summary>Whether layers see the nearest tokens only, which a batch of texts of different lengths must be told.</summary>
    private bool HasBand => _model.Config.AttentionBand is not null;

    /// <inheritdoc/>
    public float[] Begin(IReadOnlyList<int[]> prompts)
    {
        for (var text = 0; text < _texts.Length; text++)
        {
            _texts[text].Clear();
            _texts[text].AddRange(prompts[text].AsSpan(Math.Max(0, prompts[text].Length - Context)));
        }
        return ReadAll();
    }

    /// <inheritdoc/>
    public float[] Continue(ReadOnlySpan<int> tokens)
    {
        var isFull = false;
        for (var text = 0; text < _texts.Length; text++)
            isFull |= tokens[text] >= 0 && _texts[text].Count == Context;
        for (var text = 0; text < _texts.Length; text++)
        {
            if (tokens[text] < 0)
                continue;
            if (_texts[text].Count == Context)
                _texts[text].RemoveRange(0, Context - Context / 2);
            _texts[text].Add(tokens[text]);
        }
        return isFull ? ReadAll() : ReadLast();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _step.Dispose();
        _cache.Dispose();
    }

    // All texts from their beginnings, padded on the right, where no token sees what is padded.
    private float[] ReadAll()
    {
        var (texts, longest) = (_texts.Length, _texts.Max(text => text.Count));
        var ids = new int[texts * longest];
        for (var text = 0; text < texts; text++)
            _texts[text].CopyTo(ids, text * longest);
        using var graph = _model.Parameters.Device.BeginGraph(isTraining: false);
        var first = graph.Input(new int[texts], [texts]);
        var hidden = _model.Forward(graph, graph.Input(ids, [texts, longest]), new() { Past = new(_cache, first) { Count = 0 } }).Hidden;
        int[] last = [.. _texts.Select((text, row) => row * longest + text.Count - 1)];
        var rows = hidden.Reshape([texts * longest, _model.Config.Width]).Select(0, graph.Input(last, [texts]));
        _model.Logits(rows).CopyTo(_logits);
        return _logits;
    }

    /// <summary>Reads the last token of every text. Of one that is over it is read again, to no effect.</summary>
    internal float[] ReadLast()
    {
        var texts = _texts.Length;
        _batch[0].Resize([texts, 1]);
        _batch[1].Resize([texts]);
        _batch[2].Resize([texts]);
        for (var text = 0; text < texts; text++)
        {
            _batch[0].Ints[text] = _texts[text][^1];
            _batch[1].Ints[text] = _texts[text].Count - 1;
            _batch[2].Ints[text] = _texts[text].Count;
        }
        if (HasBand)
            MarkNear(_batch[3]);
        _step.Run(_batch).CopyTo(_logits);
        return _logits;
    }

    private void MarkNear(HostTensor near)
    {
        near.Resize([_texts.Length, 1, 1, Context]);
        for (var text = 0; text < _texts.Length; text++)
        {
            var last = _texts[text].Count - 1;
            for (var place = 0; place < Context; place++)
                near.Ints[text * Context + place] = place >= last - _model.Config.AttentionBand ? 1 : 0;
        }
    }

    private Tensor Step(Graph graph, Batch batch)
    {
        var first = graph.Input(batch[1]);
        var past = new GptPast(_cache, first)
        {
            Lengths = graph.Input(batch[2]),
            Near = HasBand ? graph.Input(batch[3]) : null,
        };
        var pass = new GptPass { Past = past, Positions = first.Reshape([_texts.Length, 1]) };
        return _model.Logits(_model.Forward(graph, graph.Input(batch[0]), pass).Hidden);
    }
}
