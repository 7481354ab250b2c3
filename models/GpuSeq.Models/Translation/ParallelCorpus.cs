namespace GpuSeq.Models;

/// <summary>Pairs of sentences to learn from, and others to measure on.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Held">To measure on.</param>
public sealed record ParallelCorpus(IReadOnlyList<SentencePair> Train, IReadOnlyList<SentencePair> Held)
{
    private const int HeldShare = 10; // one source of so many is held back

    /// <summary>Reads the data of a run: <see cref="RecipeData.Data"/> and <see cref="RecipeData.Validation"/>, or built-in pairs.</summary>
    /// <param name="data">Which data.</param>
    /// <param name="reverse">Whether the second column is the source.</param>
    /// <param name="seed">Of what is held back, where the data has nothing to measure on.</param>
    /// <param name="builtIn">What is learned from where there is no data; null for <see cref="BuiltInTranslations"/>.</param>
    /// <exception cref="DataException">It cannot be read; names file and line.</exception>
    public static ParallelCorpus Read(RecipeData data, bool reverse, ulong seed, Func<IReadOnlyList<SentencePair>>? builtIn = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        var pairs = data.Data is { } path ? ParallelText.Read(path, reverse) : builtIn?.Invoke() ?? BuiltInTranslations.Pairs(reverse);
        var held = data.Validation ?? (data.Data is { } folder && ParallelText.HasHeld(folder) ? folder : null);
        return held is null ? Split(pairs, data.Data ?? "the built-in texts", seed) : new(pairs, ParallelText.ReadHeld(held, reverse));
    }

    // No source is in both parts, since it may have several translations.
    private static ParallelCorpus Split(IReadOnlyList<SentencePair> pairs, string name, ulong seed)
    {
        var sources = pairs.Select(pair => pair.Source).Distinct().ToArray();
        var held = new SplitMix64(seed).HoldBack(sources, sources.Length / HeldShare).Held.ToHashSet();
        return held.Count > 0
            ? new([.. pairs.Where(pair => !held.Contains(pair.Source))], [.. pairs.Where(pair => held.Contains(pair.Source))])
            : throw new DataException(name, $"{sources.Length} different sources are too few to hold some back; give --validation");
    }
}
