namespace GpuSeq.Models;

/// <summary>The likeliest next words of each row.</summary>
/// <param name="LogProbabilities">[rows, k].</param>
/// <param name="Words">[rows, k].</param>
internal sealed record NextWords(float[] LogProbabilities, int[] Words);

/// <summary>Goes on with every row by a word.</summary>
/// <param name="words">[rows], the last word of each.</param>
/// <param name="origins">[rows], the row before that each continues; null where nothing was read yet.</param>
/// <param name="count">How many next words are wanted for each.</param>
internal delegate NextWords Continue(int[] words, int[]? origins, int count);

/// <summary>What a search found.</summary>
/// <param name="Words">The translation.</param>
/// <param name="Score">The logarithm of its probability, normalised by its length.</param>
internal sealed record Found(int[] Words, double Score);

/// <summary>
/// Looks for likely translations of several sentences side by side, keeping the best few beginnings of each. A beam of one always
/// takes the likeliest word. A sentence is done when as many translations as the beam is wide have ended.
/// </summary>
/// <param name="beam">K, the beginnings of a sentence that are kept.</param>
/// <param name="lengthPenalty">The exponent of Wu et al. 2016, equation 14; 0 favours short translations.</param>
internal sealed class BeamSearch(int beam, double lengthPenalty)
{
    private int Beam { get; } = beam;

    // A beginning, from its last word back.
    private sealed record Path(Path? Before, int Word, int Row, int Length, double LogProbability);

    /// <summary>Finds a translation for each sentence.</summary>
    /// <param name="maxLengths">The most words of each; the rows of sentence i are i K to i K + K - 1.</param>
    /// <param name="next">Goes on with all rows.</param>
    public Found[] Run(int[] maxLengths, Continue next)
    {
        var sentences = Array.ConvertAll(maxLengths, length => new Sentence(this, length));
        for (int[]? origins = null; ;)
        {
            var rows = sentences.SelectMany((sentence, index) => sentence.Rows(index * Beam)).ToArray();
            var found = next([.. rows.Select(row => row.Word)], origins is null ? null : [.. rows.Select(row => row.Origin)], Beam + 1);
            origins = [];
            foreach (var (index, sentence) in sentences.Index())
                sentence.Extend(found, index * Beam);
            if (sentences.All(sentence => sentence.IsDone))
                return Array.ConvertAll(sentences, sentence => sentence.Best());
        }
    }

    private double Score(Path path) => path.LogProbability / Math.Pow((5.0 + path.Length) / 6.0, lengthPenalty);

    private sealed class Sentence(BeamSearch search, int maxLength)
    {
        private readonly List<Path> _ended = [];
        private Path[] _alive = [new(null, SentenceVocabulary.BeginId, 0, 0, 0)];

        public bool IsDone { get; private set; }

        // The last word of each row and the row before that it continues; rows without a beginning repeat the first.
        public IEnumerable<(int Word, int Origin)> Rows(int first) => Enumerable.Range(0, search.Beam).Select(row =>
        {
            var path = row < _alive.Length ? _alive[row] : _alive[0];
            return (path.Word, first + path.Row);
        });

        public void Extend(NextWords next, int first)
        {
            if (IsDone)
                return;
            var count = search.Beam + 1; // one of them may be the end
            var candidates = _alive
                .SelectMany((path, row) => Enumerable.Range(0, count).Select(rank => (path, row, Place: (first + row) * count + rank)))
                .Select(to => new Path(
                    to.path, next.Words[to.Place], to.row, to.path.Length + 1, to.path.LogProbability + next.LogProbabilities[to.Place]))
                .OrderByDescending(path => path.LogProbability).ToArray();
            _ended.AddRange(candidates.Take(search.Beam).Where(path => path.Word == SentenceVocabulary.EndId));
            _alive = [.. candidates.Where(path => path.Word != SentenceVocabulary.EndId).Take(search.Beam)];
            IsDone = _ended.Count >= search.Beam || _alive[0].Length >= maxLength;
        }

        public Found Best()
        {
            var best = (_ended.Count > 0 ? _ended : (IEnumerable<Path>)_alive).MaxBy(search.Score)!;
            var words = new List<int>();
            for (var path = best; path.Before is not null; path = path.Before)
                words.Add(path.Word);
            words.Reverse();
            return new([.. words.Where(word => word != SentenceVocabulary.EndId)], search.Score(best));
        }
    }
}
