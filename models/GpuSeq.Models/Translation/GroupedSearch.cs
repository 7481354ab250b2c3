namespace GpuSeq.Models;

/// <summary>Searches for many sources, those of about the same length side by side so that little is padding.</summary>
internal static class GroupedSearch
{
    /// <summary>Finds a text for each source.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="together">The most that are searched for side by side.</param>
    /// <param name="search">Searches for some.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static Found[] Run(
        IReadOnlyList<int[]> sources, int together, Func<int[][], Found[]> search, CancellationToken cancellation)
    {
        var found = new Found[sources.Count];
        foreach (var chosen in Enumerable.Range(0, found.Length).OrderBy(index => sources[index].Length).Chunk(Math.Max(1, together)))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (index, words) in chosen.Zip(search([.. chosen.Select(index => sources[index])])))
                found[index] = words;
        }
        return found;
    }
}
