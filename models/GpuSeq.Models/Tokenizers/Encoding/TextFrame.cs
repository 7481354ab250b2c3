namespace GpuSeq.Models;

/// <summary>What encoders put around the texts of a tokenizer, as its files tell.</summary>
/// <param name="Names">How the special tokens are spelled.</param>
/// <param name="Template">Where they stand; null for as their spelling tells.</param>
internal sealed record TextFrame(SpecialNames Names, TextTemplate? Template);

/// <summary>What encoders put around the texts of a tokenizer, all told.</summary>
internal sealed record EncoderFrame(SpecialTokens Special, TextTemplate Template)
{
    /// <summary>What the files of a tokenizer tell, else what goes with how its special tokens are spelled.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="missing">How a special token is spelled that it lacks.</param>
    /// <returns>Null where it lacks one.</returns>
    public static EncoderFrame? Find(IPieceTokenizer tokenizer, out string? missing)
    {
        var frame = (tokenizer as PieceTokenizer)?.Frame ?? new(new(), null);
        if (SpecialTokens.Find(tokenizer, frame.Names, out missing) is not { } special)
            return null;
        return new(special, frame.Template ?? (tokenizer.TokenOf(special.Begin) == "<s>"
            ? TextTemplate.Roberta(special.Begin, special.Separator)
            : TextTemplate.Bert(special.Begin, special.Separator)));
    }
}
