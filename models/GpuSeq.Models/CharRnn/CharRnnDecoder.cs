using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Reads texts character by character, each with a state of its own.</summary>
/// <param name="device">Where it computes.</param>
/// <param name="model">The model, as it is at each moment.</param>
/// <param name="texts">B.</param>
internal sealed class CharRnnDecoder(Device device, CharRnnModel model, int texts) : ITokenDecoder
{
    private readonly CharRnnState[] _states = [.. Enumerable.Range(0, texts).Select(_ => new CharRnnState(device, model.Config, batch: 1))];
    private readonly float[] _logits = new float[texts * model.Config.VocabSize]; // [B, V]

    /// <inheritdoc/>
    public float[] Begin(IReadOnlyList<int[]> prompts)
    {
        for (var text = 0; text < _states.Length; text++)
        {
            _states[text].Clear();
            Read(text, prompts[text]);
        }
        return _logits;
    }

    /// <inheritdoc/>
    public float[] Continue(ReadOnlySpan<int> tokens)
    {
        for (var text = 0; text < _states.Length; text++)
        {
            if (tokens[text] >= 0)
                Read(text, [tokens[text]]);
        }
        return _logits;
    }

    public void Dispose()
    {
        foreach (var state in _states)
            state.Dispose();
    }

    private void Read(int text, int[] ids)
    {
        using var graph = device.BeginGraph(isTraining: false);
        var vocabulary = model.Config.VocabSize;
        var logits = model.Forward(graph.Input(ids, [1, ids.Length]), _states[text]); // [1, T, V]
        logits.Slice(1, ids.Length - 1, 1).CopyTo(_logits.AsSpan(text * vocabulary, vocabulary));
    }
}
