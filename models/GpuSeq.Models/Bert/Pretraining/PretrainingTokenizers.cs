namespace GpuSeq.Models;

/// <summary>The tokenizers that models of BERT's family were published with.</summary>
internal static class PretrainingTokenizers
{
    // In RoBERTa's order.
    private static readonly string[] BytePairSpecials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];

    /// <summary>Learns the tokenizer of a type of model.</summary>
    /// <param name="modelType">The type of model.</param>
    /// <param name="texts">What it learns from.</param>
    /// <param name="vocabSize">The most pieces.</param>
    /// <param name="source">Where the texts come from, for messages.</param>
    /// <exception cref="DataException">There is no room for what the texts are spelled with.</exception>
    public static TextEncoder Learn(string modelType, IEnumerable<string> texts, int vocabSize, string source)
    {
        try
        {
            return TextEncoder.Of(modelType switch
            {
                BertConfig.Roberta => ByteLevelBpe.Train(texts, vocabSize, BytePairSpecials),
                BertConfig.Albert => Unigram.Train(texts, vocabSize),
                _ => WordPiece.Train(texts, vocabSize),
            });
        }
        catch (ArgumentException exception)
        {
            throw new DataException(source, exception.Message.Split(" (Parameter")[0].TrimEnd('.'));
        }
    }
}
