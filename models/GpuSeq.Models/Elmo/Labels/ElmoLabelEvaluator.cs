using System.Diagnostics;
using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models;

/// <summary>Measures how well labels are found: spans of tags, or classes of sentences.</summary>
internal sealed class ElmoLabelEvaluator(Device device, ElmoLabelModel model, ElmoLabelBatches sentences) : IDisposable
{
    private const int Batch = 32; // sentences, where a file is measured by itself

    private readonly RecordedStep _logits = new(device, model.Forward, isTraining: false);

    /// <summary>Measures the model of a run on a file.</summary>
    /// <exception cref="DataException">The file cannot be read, or has labels that the model does not know.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var config = ElmoLabelConfig.Load(run.Config);
        var sentences = LabelledWords.Read(data, config.Unit);
        using var elmo = ElmoFeatures.Load(device, run.File(ElmoLabelTask.ElmoFolder));
        var features = elmo.Of([.. sentences.Select(sentence => sentence.Words)], cancellation);
        using var model = new ElmoLabelModel(device, config);
        TensorFiles.Load(run.Model, model.Parameters);
        using var evaluator = new ElmoLabelEvaluator(device, model, new(config, sentences, features, Batch, seed: 0, data));
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var config = model.Config;
        var spans = new SpanScores();
        var classes = new ClassificationScores(config.Labels);
        var (sum, count) = (0.0, 0);
        foreach (var (sentence, said, loss) in Label(cancellation))
        {
            var expected = sentences.LabelsOf(sentence);
            sum += loss;
            count += said.Length;
            if (config.Unit == LabelUnit.Word)
                spans.Add(sentences.Sentences[sentence].Labels, Names(said));
            else
                classes.Add(expected[0], said[0]);
        }
        var metrics = config.Unit == LabelUnit.Word ? spans.ToMetrics() : classes.ToMetrics();
        foreach (var (layer, share) in model.Shares.Index())
            metrics[$"share_of_layer_{layer}"] = share;
        return new(sum / count, metrics, count, clock.Elapsed.TotalSeconds);
    }

    /// <summary>The names of labels.</summary>
    public string[] Names(int[] labels) => Array.ConvertAll(labels, label => model.Config.Labels[label]);

    /// <summary>The labels that the model gives each sentence, and the sum of their losses.</summary>
    public IEnumerable<(int Sentence, int[] Labels, double Loss)> Label(CancellationToken cancellation)
    {
        var batch = sentences.NewBatch();
        var count = model.Config.Labels.Count;
        for (var index = 0; index < sentences.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            sentences.Read(0, index, batch);
            var logits = _logits.Run(batch).ToArray();
            var chosen = sentences[index].ToArray();
            var places = logits.Length / count / chosen.Length;
            foreach (var (row, sentence) in chosen.Index())
            {
                var expected = sentences.LabelsOf(sentence);
                var said = new int[expected.Length];
                var loss = 0.0;
                for (var place = 0; place < said.Length; place++)
                {
                    var scores = logits.AsSpan((row * places + place) * count, count);
                    said[place] = scores.IndexOfMax();
                    loss += Loss(scores, expected[place]);
                }
                yield return (sentence, said, loss);
            }
        }
    }

    public void Dispose() => _logits.Dispose();

    private static double Loss(ReadOnlySpan<float> logits, int expected)
    {
        var largest = logits[logits.IndexOfMax()];
        var sum = 0.0;
        foreach (var logit in logits)
            sum += Math.Exp(logit - largest);
        return Math.Log(sum) + largest - logits[expected];
    }
}
