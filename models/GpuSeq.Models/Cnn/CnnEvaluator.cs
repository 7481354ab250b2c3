using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>An image that was taken for another class.</summary>
/// <param name="Image">Its place in the set.</param>
/// <param name="Expected">Its class.</param>
/// <param name="Said">What it was taken for.</param>
internal sealed record MistakenImage(int Image, int Expected, int Said);

/// <summary>Measures a convolutional network on images.</summary>
internal sealed class CnnEvaluator : IDisposable
{
    private const int Batch = 250;

    private readonly CnnModel _model;
    private readonly ImageBatches _batches;
    private readonly RecordedStep _logits;

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="images">The images.</param>
    /// <param name="chosen">Those of them to measure on; null for all.</param>
    /// <exception cref="DataException">The images do not fit the model.</exception>
    public CnnEvaluator(Device device, CnnModel model, ImageSet images, int[]? chosen = null)
    {
        (_model, Images) = (model, images);
        _batches = new(model.Config, images, chosen ?? [.. Enumerable.Range(0, images.Count)], Batch, seed: 0);
        _logits = new(device, (graph, batch) => model.Forward(graph.Input(batch[0])), isTraining: false);
        Scores = new(model.Config.Classes);
    }

    /// <summary>The images.</summary>
    public ImageSet Images { get; }

    /// <summary>What the last evaluation said of them.</summary>
    public ClassificationScores Scores { get; private set; }

    /// <summary>The images that the last evaluation took for another class, by their places.</summary>
    public IReadOnlyList<MistakenImage> Mistakes { get; private set; } = [];

    /// <summary>Measures the model of a run on the images of a folder.</summary>
    /// <exception cref="DataException">The images cannot be read, or do not fit the model.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        using var model = run.Fill(new CnnModel(device, CnnConfig.Load(run.Config)));
        using var evaluator = new CnnEvaluator(device, model, ImageFolder.ReadToMeasure(data));
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (batch, classes) = (_batches.NewBatch(), _model.Config.Classes.Count);
        var (loss, scores, mistakes) = (0.0, new ClassificationScores(_model.Config.Classes), new List<MistakenImage>());
        for (var index = 0; index < _batches.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = _batches.Read(0, index, batch);
            var logits = _logits.Run(batch).ToArray();
            for (var place = 0; place < count; place++)
            {
                var row = logits.AsSpan(place * classes, classes);
                var (expected, said) = (batch[1].Ints[place], row.IndexOfMax());
                loss += row.CrossEntropy(expected);
                scores.Add(expected, said);
                if (said != expected)
                    mistakes.Add(new(_batches.ImageAt(0, index, place), expected, said));
            }
        }
        (Scores, Mistakes) = (scores, [.. mistakes.OrderBy(mistake => mistake.Image)]);
        return new(loss / scores.Examples, scores.ToMetrics(), scores.Examples, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => _logits.Dispose();
}
