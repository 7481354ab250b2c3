using System.Text;

namespace GpuSeq.Models;

/// <summary>Brings text into one of Unicode's normal forms.</summary>
internal sealed record FormStep(NormalizationForm Form) : ITextStep
{
    /// <summary>The types of <c>tokenizer.json</c> for them.</summary>
    public static IReadOnlyDictionary<string, NormalizationForm> Types { get; } = new Dictionary<string, NormalizationForm>
    {
        ["NFC"] = NormalizationForm.FormC,
        ["NFD"] = NormalizationForm.FormD,
        ["NFKC"] = NormalizationForm.FormKC,
        ["NFKD"] = NormalizationForm.FormKD,
    };

    public object Json => new { Type = Types.First(entry => entry.Value == Form).Key };

    public void Apply(AlignedText text) => text.Normalize(Form);
}
