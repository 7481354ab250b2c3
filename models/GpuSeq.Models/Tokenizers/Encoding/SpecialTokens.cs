namespace GpuSeq.Models;

/// <summary>The ids of the tokens that models of the BERT family need.</summary>
/// <param name="Begin">Stands before the first text: <c>[CLS]</c> or <c>&lt;s&gt;</c>.</param>
/// <param name="Separator">Stands behind each text: <c>[SEP]</c> or <c>&lt;/s&gt;</c>.</param>
/// <param name="Padding">Fills up: <c>[PAD]</c> or <c>&lt;pad&gt;</c>.</param>
/// <param name="Mask">Stands for what is to be guessed: <c>[MASK]</c> or <c>&lt;mask&gt;</c>.</param>
/// <param name="Unknown">Stands for what cannot be spelled: <c>[UNK]</c> or <c>&lt;unk&gt;</c>.</param>
public sealed record SpecialTokens(int Begin, int Separator, int Padding, int Mask, int Unknown)
{
    /// <summary>Finds them by what files name, else by their usual spelling.</summary>
    /// <exception cref="DataException">The tokenizer lacks one.</exception>
    internal static SpecialTokens Of(IPieceTokenizer tokenizer, SpecialNames names)
    {
        return new(
            Find(names.Begin, "[CLS]", "<s>"), Find(names.Separator, "[SEP]", "</s>"), Find(names.Padding, "[PAD]", "<pad>"),
            Find(names.Mask, "[MASK]", "<mask>"), Find(names.Unknown, "[UNK]", "<unk>"));

        int Find(string? named, string ofBert, string ofRoberta)
        {
            var id = named is null ? tokenizer.Find(ofBert) ?? tokenizer.Find(ofRoberta) : tokenizer.Find(named);
            return id ?? throw new DataException(
                "the tokenizer", named is null ? $"it has no token '{ofBert}' or '{ofRoberta}'" : $"it has no token '{named}'");
        }
    }
}
