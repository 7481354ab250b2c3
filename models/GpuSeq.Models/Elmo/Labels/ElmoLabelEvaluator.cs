using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Runs a model over sentences, and measures how well it finds their labels: spans of tags, or classes of sentences.</summary>
internal sealed class ElmoLabelEvaluator(Device device, ElmoLabelModel model, ElmoLabelBatches sentences) : IDisposable
{
    private readonly RecordedStep _logits = new(device, model.Forward, isTraining: false);

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (sum, count) = (0.0, 0);
        var scores = new LabelScores(model.Config);
        foreach (var (sentence, logits) in Logits(cancellation))
        {
            var labels = sentences.LabelsOf(sentence);
            for (var place = 0; place < labels.Length; place++)
                sum += logits.AsSpan(place * model.Config.Labels.Count, model.Config.Labels.Count).CrossEntropy(labels[place]);
            scores.Add(sentences.Sentences[sentence].Labels, Names(logits));
            count += labels.Length;
        }
        var metrics = scores.ToMetrics();
        foreach (var (layer, share) in model.Shares.Index())
            metrics[$"share_of_layer_{layer}"] = share;
        return new(sum / count, metrics, count, clock.Elapsed.TotalSeconds) { ByClass = scores.ByClass() };
    }

    /// <summary>The logits of each sentence, [words, labels] or [1, labels].</summary>
    public IEnumerable<(int Sentence, float[] Logits)> Logits(CancellationToken cancellation = default)
    {
        var batch = sentences.NewBatch();
        for (var index = 0; index < sentences.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            sentences.Read(0, index, batch);
            var logits = _logits.Run(batch).ToArray();
            var chosen = sentences[index].ToArray();
            var width = logits.Length / chosen.Length;
            foreach (var (row, sentence) in chosen.Index())
            {
                var places = model.Config.Unit == LabelUnit.Word ? sentences.Sentences[sentence].Words.Count : 1;
                yield return (sentence, logits[(row * width)..(row * width + places * model.Config.Labels.Count)]);
            }
        }
    }

    /// <summary>The most likely label at each place.</summary>
    public string[] Names(float[] logits) =>
        [.. logits.Chunk(model.Config.Labels.Count).Select(scores => model.Config.Labels[scores.AsSpan().IndexOfMax()])];

    public void Dispose() => _logits.Dispose();
}
