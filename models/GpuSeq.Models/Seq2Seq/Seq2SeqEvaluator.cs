using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures encoders and decoders.</summary>
internal static class Seq2SeqEvaluator
{
    private const int Batch = 64; // pairs side by side

    /// <summary>Measures a model.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="translator">The model.</param>
    /// <param name="pairs">What the loss is measured on.</param>
    /// <param name="translations">How many of them are translated.</param>
    /// <param name="search">How they are.</param>
    public static TranslationEvaluator Of(
        Device device, Seq2SeqTranslator translator, IReadOnlyList<SentencePair> pairs, int translations, SearchOptions search)
    {
        var encoded = pairs.Select(pair => SentenceVocabulary.Encode(pair, translator.Source, translator.Target));
        return new(
            device, translator, (graph, batch) => translator.Model.Loss(graph, batch),
            new TranslationBatches([.. encoded], Batch, seed: 0), pairs, translations, search);
    }

    /// <summary>Measures the model of a run on pairs of sentences.</summary>
    /// <exception cref="DataException">They cannot be read.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        using var translator = Seq2SeqTranslator.Load(device, run);
        var pairs = ParallelText.ReadHeld(data, translator.Model.Config.Reverse);
        using var evaluator = Of(device, translator, pairs, pairs.Count, new());
        return evaluator.Evaluate(cancellation);
    }
}
