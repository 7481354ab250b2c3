using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures transformers that translate or summarize.</summary>
internal static class TransformerEvaluator
{
    private const int Tokens = 2048; // side by side
    private const int Pairs = 256;

    /// <summary>Measures a model.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="translator">The model.</param>
    /// <param name="pairs">What the loss is measured on, but for pairs that are too long for the model.</param>
    /// <param name="translations">How many of them are rewritten.</param>
    /// <param name="search">How they are.</param>
    /// <exception cref="ArgumentException">All of them are too long.</exception>
    public static TranslationEvaluator Of(
        Device device, TransformerTranslator translator, IReadOnlyList<SentencePair> pairs, int translations, SearchOptions search)
    {
        var encoded = pairs.Select(translator.Codec.Encode).OfType<EncodedPair>().ToArray();
        return new(
            device, translator, (graph, batch) => translator.Model.Loss(graph, batch),
            new TokenBatches(encoded, Tokens, Pairs, seed: 0), pairs, translations, search)
        {
            MeasuresRouge = translator.Model.Config.Kind == RewritingKind.Summarization,
        };
    }

    /// <summary>Measures the model of a run on pairs of texts.</summary>
    /// <exception cref="DataException">They cannot be read, or all are too long for the model.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        using var translator = TransformerTranslator.Load(device, run);
        var pairs = ParallelText.ReadHeld(data, translator.Model.Config.Reverse);
        if (pairs.All(pair => translator.Codec.Encode(pair) is null))
            throw new DataException(data, $"no pair has fewer than {translator.Model.Config.MaxPositions} tokens on both sides");
        using var evaluator = Of(device, translator, pairs, pairs.Count, new());
        return evaluator.Evaluate(cancellation);
    }
}
