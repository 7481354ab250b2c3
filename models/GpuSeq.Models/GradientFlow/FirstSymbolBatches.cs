using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Sequences without end, drawn anew for every batch: a symbol to remember, and others that say nothing. Ids [B, T], first symbols [B].
/// </summary>
internal sealed class FirstSymbolBatches(GradientFlowConfig config, int sequences, ulong seed) : IBatchSource
{
    public int BatchesPerEpoch => 100;

    public Batch NewBatch() => new(ElementType.Int32, ElementType.Int32);

    public int Read(int epoch, int index, Batch batch)
    {
        var random = new SplitMix64(seed ^ SplitMix64.Mix((ulong)epoch * (ulong)BatchesPerEpoch + (ulong)index + 1));
        batch[0].Resize([sequences, config.Steps]);
        batch[1].Resize([sequences]);
        var ids = batch[0].Ints;
        for (var i = 0; i < ids.Length; i++)
            ids[i] = config.Symbols + random.Next(config.Symbols);
        for (var i = 0; i < sequences; i++)
        {
            var first = random.Next(config.Symbols);
            ids[i * config.Steps] = first;
            batch[1].Ints[i] = first;
        }
        return sequences;
    }
}
