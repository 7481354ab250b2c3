using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures a classifier on texts whose labels are known.</summary>
internal sealed class TextClassificationEvaluator : IDisposable
{
    private const int Batch = 64;

    private readonly TextClassifierModel _model;
    private readonly TextBatches _texts;
    private readonly RecordedStep _logShares; // [B, labels]

    /// <param name="device">Where it computes.</param>
    /// <param name="model">The model.</param>
    /// <param name="vocabulary">Its words.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="DataException">There are none, or one has a label that the model does not have.</exception>
    public TextClassificationEvaluator(
        Device device, TextClassifierModel model, Vocabulary vocabulary, IReadOnlyList<LabelledText> texts, string source)
    {
        _model = model;
        _texts = BatchesOf(texts, source, model.Config, vocabulary, Batch, seed: 0);
        _logShares = new(device, (graph, batch) => model.Forward(graph, batch).Logits.LogSoftmax(), isTraining: false);
        Scores = new(model.Config.Labels);
    }

    /// <summary>What the last evaluation counted.</summary>
    public ClassificationScores Scores { get; private set; }

    /// <summary>Measures the best model of a run on a data set: on the part that is made for it, else on everything.</summary>
    /// <exception cref="DataException">The data cannot be read, or has labels that the model does not have.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var config = TextClassifierConfig.Load(run.Config);
        var vocabulary = Vocabulary.Load(run.File(TextClassifier.VocabularyFile));
        using var model = run.Fill(new TextClassifierModel(device, config));
        using var evaluator = new TextClassificationEvaluator(device, model, vocabulary, LabelledTexts.Read(data).Measured, data);
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Texts as numbers.</summary>
    /// <exception cref="DataException">There are none, or one has a label that the model does not have.</exception>
    public static TextBatches BatchesOf(
        IReadOnlyList<LabelledText> texts, string source, TextClassifierConfig config, Vocabulary vocabulary, int batch, ulong seed,
        float wordDropout = 0f)
    {
        if (texts.Count == 0)
            throw new DataException(source, "there are no texts");
        var labels = config.Labels.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return new(
            [.. texts.Select(text => TextWords.Encode(text.Text, vocabulary, config.MaxLength))], [.. texts.Select(Number)], batch, seed,
            wordDropout);

        int Number(LabelledText text) => labels.TryGetValue(text.Label, out var number) ? number : throw new DataException(
            source, $"a text has the label '{text.Label}', which is none of the model's: {string.Join(", ", config.Labels)}");
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (batch, labels) = (_texts.NewBatch(), _model.Config.Labels.Count);
        Scores = new(_model.Config.Labels);
        var loss = 0.0;
        for (var index = 0; index < _texts.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            _texts.Read(0, index, batch);
            var shares = _logShares.Run(batch).ToArray();
            foreach (var (row, expected) in batch[3].Ints.ToArray().Index())
            {
                var text = shares.AsSpan(row * labels, labels);
                loss -= text[expected];
                Scores.Add(expected, text.IndexOfMax());
            }
        }
        return new(loss / Scores.Examples, Scores.ToMetrics(), Scores.Examples, clock.Elapsed.TotalSeconds) { ByClass = Scores.ByClass() };
    }

    public void Dispose() => _logShares.Dispose();
}
