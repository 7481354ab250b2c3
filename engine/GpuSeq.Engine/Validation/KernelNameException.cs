namespace GpuSeq.Engine;

/// <summary>No kernel and no case has a name.</summary>
/// <param name="kind">What was looked for.</param>
/// <param name="name">The name that was asked for.</param>
/// <param name="names">Those that there are, of which the message says the nearest.</param>
public sealed class KernelNameException(string kind, string name, IEnumerable<string> names) : Exception(Describe(kind, name, [.. Near(name, names)]))
{
    private const int MostSuggestions = 4;

    private static string Describe(string kind, string name, string[] near) =>
        $"No {kind} is named '{name}'." + (near.Length > 0 ? $" There is: {string.Join(", ", near)}." : "");

    // The names that hold the one asked for, then those that take the fewest edits, as long as these are fewer than half of the letters.
    private static IEnumerable<string> Near(string name, IEnumerable<string> names) => names
        .Select(candidate => (candidate, edits: candidate.Contains(name, StringComparison.OrdinalIgnoreCase)
            ? 0
            : Edits(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(pair => pair.edits <= Math.Max(name.Length, pair.candidate.Length) / 2)
        .OrderBy(pair => pair.edits)
        .Take(MostSuggestions)
        .Select(pair => pair.candidate);

    // Levenshtein's distance, row by row.
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
