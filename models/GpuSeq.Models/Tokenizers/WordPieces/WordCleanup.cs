namespace GpuSeq.Models;

/// <summary>Leaves out the blanks that cutting text at punctuation brings, as Hugging Face's decoding does.</summary>
internal static class WordCleanup
{
    private static readonly (string Apart, string Together)[] Changes =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"),
        (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <summary>The text without them.</summary>
    public static string Clean(string text)
    {
        foreach (var (apart, together) in Changes)
            text = text.Replace(apart, together, StringComparison.Ordinal);
        return text;
    }
}
