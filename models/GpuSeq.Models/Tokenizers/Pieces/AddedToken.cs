namespace GpuSeq.Models;

/// <summary>A token that is found in a text as it is spelled, before all else, as <c>tokenizer.json</c> describes it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">How it is spelled, in plain characters.</param>
/// <param name="SingleWord">Whether it is found only where no letters and digits touch it.</param>
/// <param name="Lstrip">Whether it takes the blanks before it along.</param>
/// <param name="Rstrip">Whether it takes the blanks behind it along.</param>
/// <param name="Normalized">Whether it is looked for in normalized text; here it is looked for in the text as given.</param>
/// <param name="Special">Whether it marks something, rather than being text.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool Lstrip, bool Rstrip, bool Normalized, bool Special)
{
    /// <summary>A special token as others write it: a mask that stands for a word with its blank takes the blank along.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="content">How it is spelled.</param>
    /// <param name="mask">The mask of tokenizers whose words hold the blank before them.</param>
    public static AddedToken Mark(int id, string content, string mask = "<mask>") =>
        new(id, content, SingleWord: false, Lstrip: content == mask, Rstrip: false, Normalized: false, Special: true);
}
