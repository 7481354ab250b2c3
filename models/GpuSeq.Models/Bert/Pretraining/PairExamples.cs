namespace GpuSeq.Models;

/// <summary>How the second part of a pair is chosen.</summary>
internal enum PairKind
{
    /// <summary>It is what follows the first one, always.</summary>
    Following,

    /// <summary>Half of the time it is from another document (Devlin et al. 2019).</summary>
    NextSentence,

    /// <summary>Half of the time the two are swapped (Lan et al. 2020).</summary>
    SentenceOrder,
}

/// <summary>
/// Pairs of runs of sentences, <c>[CLS] A [SEP] B [SEP]</c>, as BERT learns from them (Devlin et al. 2019, section 3.1 and appendix
/// A.2). Documents are cut once into stretches of about the most pieces, one in ten of them shorter; where a stretch is parted into A
/// and B, and what B is, is drawn each time.
/// </summary>
internal sealed class PairExamples : IPretrainingExamples
{
    private const double ShortShare = 0.1;
    private const int Specials = 3;

    private readonly IReadOnlyList<PieceDocument> _documents;
    private readonly SpecialTokens _special;
    private readonly PairKind _kind;
    private readonly int _room; // for pieces
    private readonly Stretch[] _stretches;

    /// <param name="documents">Of more than one sentence each; others are left out.</param>
    /// <param name="special">The special tokens.</param>
    /// <param name="kind">What second parts are.</param>
    /// <param name="length">T, the most tokens of an example.</param>
    /// <param name="seed">Of the lengths of stretches.</param>
    public PairExamples(IReadOnlyList<PieceDocument> documents, SpecialTokens special, PairKind kind, int length, ulong seed)
    {
        _documents = [.. documents.Where(document => document.Sentences > 1)];
        (_special, _kind, _room) = (special, kind, length - Specials);
        _stretches = [.. Enumerable.Range(0, _documents.Count).SelectMany(document => Cut(document, seed))];
        Lengths = [.. _stretches.Select(stretch => LengthOf(stretch) + Specials)];
    }

    /// <summary>How many documents there are to make pairs of.</summary>
    public int Documents => _documents.Count;

    public int[] Lengths { get; }

    public void Write(int example, ref SplitMix64 random, PieceSequence sequence)
    {
        sequence.Clear();
        var stretch = _stretches[example];
        var document = _documents[stretch.Document];
        var middle = stretch.First + 1 + random.Next(stretch.End - stretch.First - 1);
        var (first, second) = (document.Run(stretch.First, middle), document.Run(middle, stretch.End));
        sequence.Label = _kind == PairKind.Following ? 0 : random.Next(2);
        if (sequence.Label == 1)
        {
            (first, second) = _kind == PairKind.SentenceOrder
                ? (second, first)
                : (first, Stranger(stretch.Document, LengthOf(stretch) - first.Length, ref random));
        }
        Fit(ref first, ref second, ref random);
        sequence.AddSpecial(_special.Begin);
        sequence.Add(first);
        sequence.AddSpecial(_special.Separator);
        sequence.Add(second, type: 1);
        sequence.AddSpecial(_special.Separator, type: 1);
    }

    private IEnumerable<Stretch> Cut(int number, ulong seed)
    {
        var random = new SplitMix64(SplitMix64.Mix(seed + (ulong)number + 1));
        var document = _documents[number];
        for (int first = 0, end; first < document.Sentences; first = end)
        {
            var target = random.NextUniform() < ShortShare ? 2 + random.Next(_room - 1) : _room;
            end = first + 2; // a pair has two sentences at least
            while (end < document.Sentences && document.Run(first, end).Length < target)
                end++;
            if (end == document.Sentences - 1)
                end++; // one alone makes no pair
            yield return new(number, first, end);
        }
    }

    private int LengthOf(Stretch stretch) => Math.Min(_room, _documents[stretch.Document].Run(stretch.First, stretch.End).Length);

    // Sentences of another document, from a random one on.
    private PieceRun Stranger(int own, int length, ref SplitMix64 random)
    {
        var other = random.Next(_documents.Count - 1);
        var document = _documents[other < own ? other : other + 1];
        var first = random.Next(document.Sentences);
        var end = first + 1;
        while (end < document.Sentences && document.Run(first, end).Length < length)
            end++;
        return document.Run(first, end);
    }

    // Cuts the longer part, or both, at their ends, so that they have room together.
    private void Fit(ref PieceRun first, ref PieceRun second, ref SplitMix64 random)
    {
        if (first.Length + second.Length <= _room)
            return;
        var half = _room / 2;
        var length = first.Length <= half ? first.Length : second.Length <= _room - half ? _room - second.Length : half;
        first = Shorten(first, length, ref random);
        second = Shorten(second, _room - length, ref random);
    }

    private static PieceRun Shorten(PieceRun run, int length, ref SplitMix64 random)
    {
        if (run.Length <= length)
            return run;
        var begin = run.Begin + random.Next(run.Length - length + 1);
        return run with { Begin = begin, End = begin + length };
    }

    // Sentences of a document.
    private readonly record struct Stretch(int Document, int First, int End);
}
