namespace GpuSeq.Models;

/// <summary>The tokenizers that models of BERT's family were published with.</summary>
internal static class PretrainingTokenizers
{
    // In RoBERTa's order.
    private static readonly string[] BytePairSpecials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];

    /// <summary>Learns the tokenizer of a type of model.</summary>
    public static TextEncoder Learn(string modelType, IEnumerable<string> texts, int vocabSize) => TextEncoder.Of(modelType switch
    {
        BertConfig.Roberta => ByteLevelBpe.Train(texts, vocabSize, BytePairSpecials),
        _ => WordPiece.Train(texts, vocabSize),
    });
}
