namespace GpuSeq.Models;

/// <summary>How many letters tell two words apart (Levenshtein 1966).</summary>
public static class EditDistance
{
    /// <summary>The least number of letters to insert, leave out or replace.</summary>
    public static int Between(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        int[] row = [.. Enumerable.Range(0, second.Length + 1)]; // from the first i letters to the first j
        for (var i = 1; i <= first.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                var replaced = diagonal + (first[i - 1] == second[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
