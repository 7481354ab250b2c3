using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Runs texts through a model, those of about one length side by side, and gives back what it makes of each.</summary>
/// <param name="device">Where it computes.</param>
/// <param name="outputs">The model: gives [B, ..] for B texts.</param>
/// <param name="config">The form of the model.</param>
internal sealed class BertReader(Device device, Func<Graph, BertInput, Tensor> outputs, BertConfig config) : IDisposable
{
    private const int MostTexts = 32; // side by side

    private readonly RecordedStep _step =
        new(device, (graph, batch) => outputs(graph, BertBatch.Input(graph, batch)), isTraining: false) { Notice = _ => { } };

    private readonly Batch _batch = BertBatch.New();

    /// <summary>What the model makes of each text, in the order of the texts; where that is something of each token, of padding too.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public float[][] Read(IReadOnlyList<EncodedText> texts, CancellationToken cancellation = default)
    {
        var read = new float[texts.Count][];
        foreach (var places in Enumerable.Range(0, texts.Count).OrderBy(place => texts[place].Length).Chunk(MostTexts))
        {
            cancellation.ThrowIfCancellationRequested();
            var width = Math.Min(PaddedIds.Width(texts[places[^1]].Length), config.MaxLength);
            BertBatch.Write([.. places.Select(place => texts[place])], config.PaddingToken, width, _batch);
            var values = _step.Run(_batch).ToArray();
            foreach (var (row, own) in values.Chunk(values.Length / places.Length).Index())
                read[places[row]] = own;
        }
        return read;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _step.Dispose();
}
