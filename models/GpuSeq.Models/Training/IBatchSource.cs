using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>What a task learns from, batch by batch. A batch depends on the epoch and its place in it alone.</summary>
public interface IBatchSource
{
    /// <summary>Batches of one pass over the data.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>A batch to be filled.</summary>
    Batch NewBatch();

    /// <summary>Fills a batch. It is called in order, on another thread than the training's.</summary>
    /// <param name="epoch">The pass over the data, from 0.</param>
    /// <param name="index">The batch's place in it, from 0.</param>
    /// <param name="batch">Filled.</param>
    /// <returns>The items, such as characters, that are learned from it.</returns>
    int Read(int epoch, int index, Batch batch);
}
