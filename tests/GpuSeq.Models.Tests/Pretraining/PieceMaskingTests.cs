namespace GpuSeq.Models.Tests.Pretraining;

/// <summary>Which pieces are masked, and what stands in their places.</summary>
public sealed class PieceMaskingTests
{
    private const int Vocabulary = 1000;

    private static readonly SpecialTokens Special = new(Begin: 2, Separator: 3, Padding: 0, Mask: 4, Unknown: 1);

    [TestCase(MaskUnit.Piece)]
    [TestCase(MaskUnit.Word)]
    [TestCase(MaskUnit.Ngram)]
    public void Shares_AreAsPublished(MaskUnit unit)
    {
        var masking = new PieceMasking(new() { Unit = unit }, Special, Vocabulary);
        var (random, sequence) = (new SplitMix64(3), new PieceSequence());
        var (chosen, masked, other, kept) = (0, 0, 0, 0);
        var atPlace = new int[103];
        const int Rounds = 1000;
        for (var round = 0; round < Rounds; round++)
        {
            Fill(sequence, ref random);
            int[] originals = [.. sequence.Ids];
            var pieces = masking.Apply(sequence, ref random);
            Assert.That(pieces.Select(piece => piece.Place), Is.Ordered.And.Unique);
            foreach (var (place, id) in pieces)
            {
                Assert.That(originals[place], Is.EqualTo(id).And.GreaterThan(Special.Mask), "no special token");
                atPlace[place]++;
                chosen++;
                var seen = sequence.Ids[place];
                if (seen == Special.Mask)
                    masked++;
                else if (seen == id)
                    kept++;
                else
                    other++;
                originals[place] = seen;
            }
            Assert.That(sequence.Ids, Is.EqualTo(originals), "the others stay");
        }
        Assert.Multiple(() =>
        {
            Assert.That(chosen, Is.EqualTo(15 * Rounds).Within(unit == MaskUnit.Piece ? 0 : Rounds / 20), "15 of 100 pieces");
            Near(masked, 0.8, "masks");
            Near(other, 0.1, "random pieces");
            Near(kept, 0.1, "kept pieces");
            if (unit == MaskUnit.Piece)
                Assert.That(atPlace.Where(count => count > 0), Has.All.EqualTo(0.15 * Rounds).Within(5 * Math.Sqrt(0.15 * 0.85 * Rounds)));
        });

        void Near(int count, double share, string what) => Assert.That(
            (double)count / chosen, Is.EqualTo(share).Within(PretrainingDataTests.Bound(share, chosen) + 1.0 / Vocabulary), what);
    }

    [Test]
    public void Words_AreMaskedWhole()
    {
        var masking = new PieceMasking(new() { Unit = MaskUnit.Word }, Special, Vocabulary);
        var (random, sequence) = (new SplitMix64(3), new PieceSequence());
        for (var round = 0; round < 200; round++)
        {
            Fill(sequence, ref random);
            var places = masking.Apply(sequence, ref random).Select(piece => piece.Place).ToHashSet();
            var words = places.Select(place => sequence.Words[place]).ToHashSet();
            Assert.That(places, Has.Count.EqualTo(sequence.Words.Count(words.Contains)));
        }
    }

    [Test]
    public void Ngrams_HaveUpToThreeWordsFewerOfTheLonger()
    {
        var masking = new PieceMasking(new() { Unit = MaskUnit.Ngram, Share = 0.05 }, Special, Vocabulary);
        var (random, sequence) = (new SplitMix64(3), new PieceSequence());
        var counts = new int[20];
        for (var round = 0; round < 3000; round++)
        {
            Fill(sequence, ref random, wordLength: 1);
            var places = masking.Apply(sequence, ref random).Select(piece => piece.Place).ToArray();
            var begin = 0;
            for (var i = 1; i <= places.Length; i++)
            {
                if (i < places.Length && places[i] == places[i - 1] + 1)
                    continue;
                counts[i - begin]++;
                begin = i;
            }
        }
        Assert.That(counts[1], Is.GreaterThan(counts[2]));
        Assert.That(counts[2], Is.GreaterThan(counts[4]));
        Assert.That(counts[3], Is.GreaterThan(2 * counts[4]), "longer runs are neighbours by chance");
    }

    [Test]
    public void Words_ThatAreAllTooLongAreMaskedInPart()
    {
        var masking = new PieceMasking(new() { Unit = MaskUnit.Word }, Special, Vocabulary);
        var (random, sequence) = (new SplitMix64(3), new PieceSequence());
        sequence.AddSpecial(Special.Begin);
        sequence.Add(new(new([10, 11, 12, 13], [0, 0, 0, 0], [4]), 0, 4));
        sequence.AddSpecial(Special.Separator);
        Assert.That(masking.Apply(sequence, ref random), Is.EqualTo(new[] { new MaskedPiece(1, 10) }));
    }

    // 40 and 60 pieces between special tokens, in words of one to three.
    private static void Fill(PieceSequence sequence, ref SplitMix64 random, int? wordLength = null)
    {
        var (ids, words) = (new int[100], new int[100]);
        for (int i = 0, word = 0, left = 0; i < ids.Length; i++, left--)
        {
            if (left <= 0 || i == 40)
                (word, left) = (word + 1, wordLength ?? 1 + random.Next(3));
            (ids[i], words[i]) = (5 + random.Next(Vocabulary - 5), word);
        }
        var document = new PieceDocument(ids, words, [100]);
        sequence.Clear();
        sequence.AddSpecial(Special.Begin);
        sequence.Add(new(document, 0, 40));
        sequence.AddSpecial(Special.Separator);
        sequence.Add(new(document, 40, 100), type: 1);
        sequence.AddSpecial(Special.Separator, type: 1);
    }
}
