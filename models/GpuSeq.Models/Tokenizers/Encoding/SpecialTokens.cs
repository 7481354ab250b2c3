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
    /// <param name="tokenizer">What has them.</param>
    /// <param name="names">What files name.</param>
    /// <param name="missing">How one is spelled that the tokenizer lacks; null where it lacks none.</param>
    internal static SpecialTokens? Find(IPieceTokenizer tokenizer, SpecialNames names, out string? missing)
    {
        string? lacking = null;
        var found = new SpecialTokens(
            IdOf(names.Begin, "[CLS]", "<s>"), IdOf(names.Separator, "[SEP]", "</s>"), IdOf(names.Padding, "[PAD]", "<pad>"),
            IdOf(names.Mask, "[MASK]", "<mask>"), IdOf(names.Unknown, "[UNK]", "<unk>"));
        missing = lacking;
        return missing is null ? found : null;

        int IdOf(string? named, string ofBert, string ofRoberta)
        {
            var id = named is null ? tokenizer.Find(ofBert) ?? tokenizer.Find(ofRoberta) : tokenizer.Find(named);
            if (id is null)
                lacking ??= named is null ? $"'{ofBert}' or '{ofRoberta}'" : $"'{named}'";
            return id ?? 0;
        }
    }
}
