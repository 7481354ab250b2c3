using System.Runtime.InteropServices;
using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// Learns a byte-pair encoding (Sennrich et al. 2016, section 3.2). Words are counted first; the counts of pairs are then kept up to
/// date merge by merge, in the words alone that a merge changes.
/// </summary>
internal sealed class BpeTraining
{
    private const int LeastCount = 2;

    private readonly List<int[]> _words = []; // the tokens of each word
    private readonly List<int> _occurrences = []; // of each word
    private readonly Dictionary<long, Pair> _pairs = [];
    private readonly PriorityQueue<long, (long NegativeCount, long Pair)> _mostFrequent = new();
    private readonly HashSet<long> _grown = []; // pairs that the last merge brought
    private readonly List<string> _tokens;
    private readonly List<BpeMerge> _merges = [];
    private readonly Dictionary<string, int> _ids;

    private BpeTraining(IReadOnlyList<string> special)
    {
        _tokens = [.. special, .. ByteAlphabet.Order.Select(value => ByteAlphabet.CharacterOf(value).ToString())];
        _ids = _tokens.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
    }

    /// <summary>See <see cref="ByteLevelBpe.Train"/>.</summary>
    public static BpeVocabulary Train(IEnumerable<string> texts, int vocabSize, IReadOnlyList<string> special)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Check(vocabSize, special);
        var training = new BpeTraining(special);
        training.CountPairs(texts);
        while (training._tokens.Count < vocabSize && training.TakeMostFrequent() is { } pair)
            training.Merge(pair, special.Count);
        var added = special.Index().Select(token => BpeFiles.Special(token.Index, token.Item));
        return new(training._tokens, training._merges, [.. added], AddsPrefixSpace: false);
    }

    private static void Check(int vocabSize, IReadOnlyList<string> special)
    {
        var bytes = ByteAlphabet.Order.Select(value => ByteAlphabet.CharacterOf(value).ToString()).ToHashSet(StringComparer.Ordinal);
        var least = special.Count + bytes.Count;
        if (vocabSize < least)
        {
            throw new ArgumentException(
                $"A vocabulary of {vocabSize} has no room for {bytes.Count} bytes and {special.Count} special tokens; it takes {least}.",
                nameof(vocabSize));
        }
        foreach (var token in special)
        {
            if (token.Length == 0 || !bytes.Add(token))
            {
                throw new ArgumentException(
                    $"The special token '{token}' is empty, stands twice or is spelled like a byte.", nameof(special));
            }
        }
    }

    private void CountPairs(IEnumerable<string> texts)
    {
        foreach (var (word, count) in CountWords(texts))
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            var tokens = Array.ConvertAll(bytes, value => _ids[ByteAlphabet.CharacterOf(value).ToString()]);
            for (var at = 0; at + 1 < tokens.Length; at++)
                Add(tokens[at], tokens[at + 1], _words.Count, count);
            _words.Add(tokens);
            _occurrences.Add(count);
        }
        QueueGrown();
    }

    private static Dictionary<string, int> CountWords(IEnumerable<string> texts)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
        {
            for (var start = 0; start < text.Length;)
            {
                var end = WordScanner.End(text, start);
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, text.AsSpan(start, end - start), out _)++;
                start = end;
            }
        }
        return counts;
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

    private void Merge(long key, int specialCount)
    {
        var (left, right) = ((int)(key >> 32), (int)key);
        _pairs.Remove(key, out var pair);
        var spelling = _tokens[left] + _tokens[right];
        if (!_ids.TryGetValue(spelling, out var merged))
        {
            merged = _tokens.Count;
            _ids.Add(spelling, merged);
            _tokens.Add(spelling);
        }
        else if (merged < specialCount)
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

    private void Add(int left, int right, int word, int occurrences)
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
