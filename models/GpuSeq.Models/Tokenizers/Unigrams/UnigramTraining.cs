using System.Runtime.InteropServices;
using System.Text;

namespace GpuSeq.Models;

/// <summary>
/// Learns the pieces of a unigram model as SentencePiece does (Kudo 2018, section 3.2; Kudo and Richardson 2018): it begins with all
/// characters and the frequent parts of words, and takes turns in estimating how probable each is and in leaving out those that matter
/// least.
/// </summary>
internal static class UnigramTraining
{
    private const int MostSeeds = 1_000_000;
    private const int Rounds = 2; // of expectation maximization before each pruning
    private const double Surplus = 1.1; // pruning ends that much above the size asked for; the most probable pieces stay
    private const double Shrink = 0.75; // pruning leaves at least that much
    private const int LongestWord = 64;
    private const int Unknown = 1;

    private static readonly string[] Special = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>See <see cref="Unigram.Train"/>.</summary>
    public static UnigramVocabulary Train(IEnumerable<string> texts, int vocabSize, UnigramOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var (normalizer, metaspace) = (TextSteps.Albert(options), new Metaspace(SplitsAtBlanks: true, PrependScheme.Always));
        var words = Count(texts, normalizer, metaspace);
        var characters = Covering(words, options.Coverage);
        words = [.. words.Where(word => word.Text.Length <= LongestWord && word.Text.EnumerateRunes().All(characters.Contains))];
        var wanted = vocabSize - Special.Length;
        if (wanted < characters.Count)
        {
            throw new ArgumentException(
                $"A vocabulary of {vocabSize} has no room for {Special.Length} special tokens and the {characters.Count} characters.",
                nameof(vocabSize));
        }
        var model = new UnigramModel(Seeds(words, characters, options.LongestPiece));
        while (true)
        {
            for (var round = 0; round < Rounds; round++)
                model.Estimate(words);
            if (model.Count <= wanted * Surplus)
                break;
            model.Prune(words, Math.Max((int)(wanted * Surplus), (int)(model.Count * Shrink)));
        }
        var pieces = model.MostProbable(wanted);
        return new(
            [.. Special, .. pieces.Select(piece => piece.Text)], [.. Special.Select(_ => 0.0), .. pieces.Select(piece => piece.Score)],
            Unknown, FallsBackToBytes: false, normalizer, metaspace,
            [.. Special.Index().Select(token => AddedToken.Mark(token.Index, token.Item, "[MASK]"))], Frame: null);
    }

    // Words are normalized once each, however often they occur.
    private static (string Text, long Count)[] Count(IEnumerable<string> texts, TextSteps normalizer, Metaspace metaspace)
    {
        var chunks = new WordCounts();
        foreach (var text in texts)
        {
            for (int begin = 0, end; begin < text.Length; begin = end + 1)
            {
                end = begin;
                while (end < text.Length && !char.IsWhiteSpace(text[end]))
                    end++;
                if (end > begin)
                    chunks.Add(text.AsSpan(begin, end - begin));
            }
        }
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (chunk, count) in chunks.Words)
        {
            var aligned = new AlignedText();
            aligned.Append(chunk, start: 0);
            normalizer.Apply(aligned);
            foreach (var word in metaspace.Words(aligned, isFirst: false).Select(word => word.ToString()))
                words[word] = words.GetValueOrDefault(word) + count;
        }
        return [.. words.OrderBy(word => word.Key, StringComparer.Ordinal).Select(word => (word.Key, word.Value))];
    }

    // The most frequent characters that make up a share of all; of those that occur equally often, the smaller code points first.
    private static HashSet<Rune> Covering((string Text, long Count)[] words, double coverage)
    {
        var counts = new Dictionary<Rune, long>();
        foreach (var (text, count) in words)
        {
            foreach (var rune in text.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar))
                counts[rune] = counts.GetValueOrDefault(rune) + count;
        }
        var (covered, total) = (0L, counts.Values.Sum());
        return [.. counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).TakeWhile(entry =>
        {
            var isWanted = covered < total * coverage;
            covered += entry.Value;
            return isWanted;
        }).Select(entry => entry.Key)];
    }

    // A part of words counts as often as it occurs, times its length; characters stay whatever they count. Letters, digits and other
    // signs do not mix in one, as in SentencePiece, where scripts do not.
    private static List<UnigramPiece> Seeds((string Text, long Count)[] words, HashSet<Rune> characters, int longest)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (text, count) in words)
        {
            var kinds = text.EnumerateRunes().SelectMany(rune => Enumerable.Repeat(KindOf(rune), rune.Utf16SequenceLength)).ToArray();
            for (var begin = 0; begin < text.Length; begin++)
            {
                var first = text[begin] == Metaspace.Blank && begin + 1 < text.Length ? begin + 1 : begin; // where its kind shows
                var most = char.IsLowSurrogate(text[begin]) ? begin : Math.Min(text.Length, begin + longest);
                for (var end = begin + 1; end <= most && (end - 1 < first || kinds[end - 1] == kinds[first]); end++)
                {
                    var part = text.AsSpan(begin, end - begin);
                    if (!char.IsHighSurrogate(part[^1]))
                        CollectionsMarshal.GetValueRefOrAddDefault(lookup, part, out _) += count;
                }
            }
        }
        var total = (double)counts.Sum(entry => entry.Value * entry.Key.Length);
        var parts = counts.Where(entry => entry.Value > 1 && !IsCharacter(entry.Key))
            .OrderByDescending(entry => entry.Value * entry.Key.Length).ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(MostSeeds);
        return [.. characters.Order().Select(rune => rune.ToString()).Select(text => Piece(text, counts.GetValueOrDefault(text, 1), true)),
            .. parts.Select(part => Piece(part.Key, part.Value, false))];

        UnigramPiece Piece(string text, long count, bool isCharacter) => new(text, Math.Log(count * text.Length / total), isCharacter);
    }

    private static int KindOf(Rune rune) => Rune.IsLetter(rune) || UnicodeCase.IsAccent(rune.Value) ? 0 : Rune.IsNumber(rune) ? 1 : 2;

    private static bool IsCharacter(string text) => text.Length == 1 || (text.Length == 2 && char.IsSurrogatePair(text[0], text[1]));
}
