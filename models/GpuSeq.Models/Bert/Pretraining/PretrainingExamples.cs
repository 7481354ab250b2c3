namespace GpuSeq.Models;

/// <summary>The examples that models of BERT's family were published with.</summary>
internal static class PretrainingExamples
{
    /// <summary>
    /// The examples of a type of model: BERT and ALBERT learn how pairs belong together, ELECTRA reads pairs without a question, and
    /// RoBERTa packed sentences.
    /// </summary>
    /// <param name="modelType">The type of model.</param>
    /// <param name="documents">The documents.</param>
    /// <param name="special">The special tokens.</param>
    /// <param name="length">T, the most tokens of an example.</param>
    /// <param name="seed">The same seed gives the same examples.</param>
    /// <param name="source">Where the documents come from, for messages.</param>
    /// <exception cref="DataException">There are too few documents.</exception>
    public static IPretrainingExamples Of(
        string modelType, IReadOnlyList<PieceDocument> documents, SpecialTokens special, int length, ulong seed, string source)
    {
        if (modelType == BertConfig.Roberta)
            return new PackedExamples(documents, special, length);
        var kind = modelType switch
        {
            BertConfig.Bert => PairKind.NextSentence,
            BertConfig.Albert => PairKind.SentenceOrder,
            _ => PairKind.Following,
        };
        var pairs = new PairExamples(documents, special, kind, length, seed);
        var needed = kind == PairKind.NextSentence ? 2 : 1;
        return pairs.Documents >= needed ? pairs : throw new DataException(
            source, $"{pairs.Documents} documents of two sentences or more are too few for pairs; {needed} are needed");
    }
}
