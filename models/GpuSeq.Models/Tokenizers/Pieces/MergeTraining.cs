namespace GpuSeq.Models;

/// <summary>
/// Learns which pairs of tokens become one (Sennrich et al. 2016, section 3.2): what occurs most often side by side within words, again
/// and again; of pairs that occur equally often, the one of the smallest ids. Words are counted first; the counts of pairs are then kept
/// up to date merge by merge, in the words alone that a merge changes.
/// </summary>
internal sealed class MergeTraining
{
    private const int LeastCount = 2;

    private readonly List<int[]> _words = []; // the tokens of each word
    private readonly List<long> _occurrences = []; // of each word
    private readonly Dictionary<long, Pair> _pairs = [];
    private readonly PriorityQueue<long, (long NegativeCount, long Pair)> _mostFrequent = new();
    private readonly HashSet<long> _grown = []; // pairs that the last merge brought
    private readonly List<string> _tokens;
    private readonly List<BpeMerge> _merges = [];
    private readonly Dictionary<string, int> _ids;
    private readonly int _specialCount;
    private readonly Func<string, string, string> _join;

    /// <param name="special">Special tokens, which no merge may make; they get the first ids.</param>
    /// <param name="alphabet">The tokens that words are made of at first.</param>
    /// <param name="join">How the token is spelled that two become.</param>
    public MergeTraining(IReadOnlyList<string> special, IEnumerable<string> alphabet, Func<string, string, string> join)
    {
        (_specialCount, _join, _tokens) = (special.Count, join, [.. special, .. alphabet]);
        _ids = _tokens.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
    }

    /// <summary>All tokens so far, in the order of their ids.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>What became one, in the order of the ranks.</summary>
    public IReadOnlyList<BpeMerge> Merges => _merges;

    /// <summary>Adds a word.</summary>
    /// <param name="spelling">What it is made of, of the alphabet.</param>
    /// <param name="count">How often it occurs.</param>
    public void Add(IEnumerable<string> spelling, long count)
    {
        int[] tokens = [.. spelling.Select(token => _ids[token])];
        for (var at = 0; at + 1 < tokens.Length; at++)
            Add(tokens[at], tokens[at + 1], _words.Count, count);
        _words.Add(tokens);
        _occurrences.Add(count);
    }

    /// <summary>Merges until there are so many tokens or nothing is left that occurs twice.</summary>
    public void Run(int vocabSize)
    {
        QueueGrown();
        while (_tokens.Count < vocabSize && TakeMostFrequent() is { } pair)
            Merge(pair);
    }

    // What a pair in the queue counted may have become less since; then it waits again.
    private long? TakeMostFrequent()
    {
        while (_mostFrequent.TryDequeue(out var key, out var priority))
        {
            if (!_pairs.TryGetValue(key, out var pair) || pair.Count < LeastCount)
                continue;
            if (pair.Count == -priority.NegativeCount)
                return key;
            _mostFrequent.Enqueue(key, (-pair.Count, key));
        }
        return null;
    }

    private void Merge(long key)
    {
        var (left, right) = ((int)(key >> 32), (int)key);
        _pairs.Remove(key, out var pair);
        var spelling = _join(_tokens[left], _tokens[right]);
        if (!_ids.TryGetValue(spelling, out var merged))
        {
            merged = _tokens.Count;
            _ids.Add(spelling, merged);
            _tokens.Add(spelling);
        }
        else if (merged < _specialCount)
        {
            return; // the text spells a special token, which no text may become
        }
        _merges.Add(new(left, right, merged));
        foreach (var word in pair!.Words)
            _words[word] = Merge(word, left, right, merged);
        _pairs.Remove(key);
        QueueGrown();
    }

    private int[] Merge(int word, int left, int right, int merged)
    {
        var (tokens, count, occurrences) = (_words[word], 0, _occurrences[word]);
        for (var at = 0; at < tokens.Length; at++)
        {
            var token = tokens[at];
            if (token == left && at + 1 < tokens.Length && tokens[at + 1] == right)
            {
                if (count > 0)
                {
                    Add(tokens[count - 1], left, word, -occurrences);
                    Add(tokens[count - 1], merged, word, occurrences);
                }
                if (at + 2 < tokens.Length)
                {
                    Add(right, tokens[at + 2], word, -occurrences);
                    Add(merged, tokens[at + 2], word, occurrences);
                }
                (token, at) = (merged, at + 1);
            }
            tokens[count++] = token; // what is written lies behind what is read
        }
        return tokens.AsSpan(0, count).ToArray();
    }

    private void Add(int left, int right, int word, long occurrences)
    {
        var key = PairMerger.Key(left, right);
        if (!_pairs.TryGetValue(key, out var pair))
            _pairs.Add(key, pair = new());
        pair.Count += occurrences;
        if (occurrences < 0)
            return;
        if (pair.Words is not [.., var last] || last != word)
            pair.Words.Add(word);
        _grown.Add(key);
    }

    private void QueueGrown()
    {
        foreach (var key in _grown)
        {
            if (_pairs.TryGetValue(key, out var pair) && pair.Count >= LeastCount)
                _mostFrequent.Enqueue(key, (-pair.Count, key));
        }
        _grown.Clear();
    }

    // Words may be named that had the pair and have it no more.
    private sealed class Pair
    {
        public long Count { get; set; }

        public List<int> Words { get; } = [];
    }
}
