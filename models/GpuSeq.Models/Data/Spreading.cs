namespace GpuSeq.Models;

/// <summary>Chooses a few of many items.</summary>
internal static class Spreading
{
    /// <summary>Items from all over a list.</summary>
    /// <param name="items">The list.</param>
    /// <param name="most">The most items.</param>
    public static T[] Spread<T>(this IReadOnlyList<T> items, int most)
    {
        var every = Math.Max(1, items.Count / most);
        return [.. items.Where((_, index) => index % every == every / 2).Take(most)];
    }
}
