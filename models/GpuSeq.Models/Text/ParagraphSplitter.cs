namespace GpuSeq.Models;

/// <summary>Cuts text into paragraphs.</summary>
internal static class ParagraphSplitter
{
    /// <summary>What stands between blank lines, or each line that is not blank.</summary>
    public static IEnumerable<string> Split(string text, bool byLine = false)
    {
        var block = new List<string>();
        foreach (var line in text.Split('\n').Append(""))
        {
            if (!string.IsNullOrWhiteSpace(line))
                block.Add(line);
            if (block.Count > 0 && (byLine || string.IsNullOrWhiteSpace(line)))
            {
                yield return string.Join('\n', block);
                block.Clear();
            }
        }
    }
}
