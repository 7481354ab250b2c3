using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// The keys and values of the tokens so far, of every layer, so that a further token costs one token's work. Sequences have
/// lengths of their own: the tokens of sequence b stand at places 0 to length[b], whatever stands behind them is not looked at.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly StateTensor[] _layers; // [B, S, 2 C], keys and values side by side

    /// <summary>A cache that holds nothing yet.</summary>
    /// <param name="device">Where it lives.</param>
    /// <param name="layers">L.</param>
    /// <param name="batch">B, sequences.</param>
    /// <param name="capacity">S, the most tokens of a sequence.</param>
    /// <param name="width">C, of keys and of values.</param>
    public KeyValueCache(Device device, int layers, int batch, int capacity, int width)
    {
        _layers = [.. Enumerable.Range(0, layers).Select(_ => new StateTensor(device, [batch, capacity, 2 * width]))];
        (Batch, Capacity) = (batch, capacity);
    }

    /// <summary>B, sequences.</summary>
    public int Batch { get; }

    /// <summary>S, the most tokens of a sequence.</summary>
    public int Capacity { get; }

    /// <summary>Adds tokens to a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="keysAndValues">[B, T, 2 C], such as a slice of a projection.</param>
    /// <param name="first">[B] integers, the place of each sequence's first one.</param>
    /// <returns>What the layer holds, [B, S, 2 C], as <see cref="Operations.CrossAttention"/> takes it.</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor Write(int layer, Tensor keysAndValues, Tensor first)
    {
        _layers[layer].AssignRows(keysAndValues, first);
        return _layers[layer];
    }

    /// <summary>Makes row b what row rows[b] was, as a search does that goes on from some of its beginnings.</summary>
    /// <param name="rows">[B] integers.</param>
    public void Reorder(Tensor rows)
    {
        foreach (var layer in _layers)
            layer.Assign(layer.Select(0, rows));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
    }
}
