namespace GpuSeq.Models.Tests.Pretraining;

/// <summary>What BERT's family learns from: documents, pairs, packed sentences.</summary>
public sealed class PretrainingDataTests
{
    private static readonly SpecialTokens Special = new(Begin: 2, Separator: 3, Padding: 0, Mask: 4, Unknown: 1);

    [Test]
    public void Documents_AreCutAtParagraphsAndHeldBackEvenly()
    {
        var book = string.Join("\n\n", Enumerable.Range(0, 300).Select(i => $"Sentence {i} is here. It has\na second one."));
        var documents = TextDocument.Cut([book, "A short one.", "\n"]);
        var corpus = PretrainingCorpus.Of([book], null, new(), BertConfig.Bert);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(documents, Has.Count.InRange(30, 50));
            Assert.That(documents[^1].Text, Is.EqualTo("A short one."));
            Assert.That(documents.SelectMany(document => document.Sentences).Count(), Is.EqualTo(601), "nothing is lost");
            Assert.That(
                documents.SkipLast(1).Select(document => document.Text), Has.All.StartsWith("Sentence ").And.All.EndsWith("It has a second one."));
            Assert.That(corpus.Held, Has.Count.EqualTo(2));
            Assert.That(corpus.Train.Concat(corpus.Held).Sum(document => document.Sentences), Is.EqualTo(600));
            Assert.That(corpus.HeldSentences, Has.Count.EqualTo(corpus.Held.Sum(document => document.Sentences)));
        }
    }

    [Test]
    public void Documents_ThatAreTooFewAreRefused() => Assert.That(
        () => PretrainingCorpus.Of(["One. Two.", "Three. Four."], null, new() { Data = "poems" }, BertConfig.Bert),
        Throws.TypeOf<DataException>().With.Message.EqualTo("poems: 2 documents are too few to hold some back; 4 are needed."));

    [Test]
    public void Vocabularies_ThatAreTooSmallAreRefused() => Assert.That(
        () => PretrainingCorpus.Read(new() { VocabSize = 10 }, BertConfig.Roberta),
        Throws.TypeOf<DataException>().With.Message.StartsWith("the built-in text: "));

    [Test]
    public void Texts_InOtherEncodingsAreReadWithANotice()
    {
        using var folder = new TemporaryFolder();
        var text = string.Join("\n\n", Enumerable.Range(0, 40).Select(i => $"It was old. So was number {i}."));
        File.WriteAllBytes(folder.File("a.txt"), [.. System.Text.Encoding.Latin1.GetBytes($"Caf\u00E9. {text}")]);
        folder.Write("b.txt", text);
        var notices = new List<string>();
        var corpus = PretrainingCorpus.Read(
            new() { Data = $"{folder.File("a.txt")},{folder.File("b.txt")}", VocabSize = 60 }, BertConfig.Bert, notice: notices.Add);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(corpus.Train.Concat(corpus.Held).Sum(document => document.Sentences), Is.EqualTo(161));
            Assert.That(notices, Has.Count.EqualTo(1).And.One.EndsWith("1 of 2 texts hold bytes that are not UTF-8, which are left out."));
        }
    }

    [Test]
    public void NextSentences_AreHalfOfAnotherDocument()
    {
        var documents = Documents(count: 30, sentences: 40, pieces: 7);
        var examples = new PairExamples(documents, Special, PairKind.NextSentence, length: 48, seed: 3);
        var (sequence, random) = (new PieceSequence(), new SplitMix64(5));
        var (strange, total) = (0, 0);
        for (var round = 0; round < 10; round++)
        {
            for (var example = 0; example < examples.Lengths.Length; example++)
            {
                examples.Write(example, ref random, sequence);
                var (first, second) = Parts(sequence);
                var same = DocumentOf(first[0]) == DocumentOf(second[0]);
                Assert.That(sequence.Label, Is.EqualTo(same ? 0 : 1));
                Assert.That(sequence.Ids, Has.Count.LessThanOrEqualTo(48));
                if (same)
                    Assert.That(second[0], Is.GreaterThan(first[^1]), "in their order");
                strange += sequence.Label;
                total++;
            }
        }
        Assert.That((double)strange / total, Is.EqualTo(0.5).Within(Bound(0.5, total)));
        Assert.That(Specials(sequence), Is.EqualTo(new[] { Special.Begin, Special.Separator, Special.Separator }));
        Assert.That(examples.Lengths.Count(length => length < 48), Is.InRange(1, examples.Lengths.Length / 3), "some are short");
    }

    [Test]
    public void SentenceOrders_AreHalfSwapped()
    {
        var documents = Documents(count: 30, sentences: 40, pieces: 7);
        var examples = new PairExamples(documents, Special, PairKind.SentenceOrder, length: 48, seed: 3);
        var (sequence, random) = (new PieceSequence(), new SplitMix64(5));
        var (swapped, total) = (0, 0);
        for (var example = 0; example < examples.Lengths.Length; example++)
        {
            for (var round = 0; round < 10; round++)
            {
                examples.Write(example, ref random, sequence);
                var (first, second) = Parts(sequence);
                Assert.That(DocumentOf(first[0]), Is.EqualTo(DocumentOf(second[0])));
                Assert.That(sequence.Label, Is.EqualTo(first[0] < second[0] ? 0 : 1));
                swapped += sequence.Label;
                total++;
            }
        }
        Assert.That((double)swapped / total, Is.EqualTo(0.5).Within(Bound(0.5, total)));
    }

    [Test]
    public void PackedSentences_AreAllThereOnceWithSeparatorsBetweenDocuments()
    {
        var documents = Documents(count: 9, sentences: 5, pieces: 7);
        var examples = new PackedExamples([.. documents, .. Documents(count: 1, sentences: 1, pieces: 100, from: 50)], Special, length: 32);
        var (sequence, random) = (new PieceSequence(), default(SplitMix64));
        var (pieces, crossings) = (new List<int>(), 0);
        for (var example = 0; example < examples.Lengths.Length; example++)
        {
            examples.Write(example, ref random, sequence);
            Assert.That(sequence.Ids, Has.Count.EqualTo(examples.Lengths[example]).And.Count.LessThanOrEqualTo(32));
            Assert.That(sequence.Types, Is.All.Zero);
            pieces.AddRange(sequence.Ids.Where(id => id > Special.Mask));
            crossings += Specials(sequence).Length - 2;
        }
        Assert.That(pieces, Is.EqualTo(documents.SelectMany(document => document.Ids).Concat(Enumerable.Range(50_000, 100))));
        Assert.That(crossings, Is.GreaterThan(3));
    }

    /// <summary>Five standard deviations of the share of n draws.</summary>
    internal static double Bound(double share, int n) => 5 * Math.Sqrt(share * (1 - share) / n);

    // Pieces tell their document and place: 1000 d + i.
    private static PieceDocument[] Documents(int count, int sentences, int pieces, int from = 1) =>
    [
        .. Enumerable.Range(from, count).Select(document => new PieceDocument(
            [.. Enumerable.Range(1000 * document, sentences * pieces)], [.. Enumerable.Range(0, sentences * pieces).Select(i => i / 2)],
            [.. Enumerable.Range(1, sentences).Select(i => i * pieces)])),
    ];

    private static int DocumentOf(int piece) => piece / 1000;

    private static int[] Specials(PieceSequence sequence) => [.. sequence.Ids.Where(id => id <= Special.Mask)];

    private static (int[] First, int[] Second) Parts(PieceSequence sequence)
    {
        var parts = sequence.Ids.Zip(sequence.Types).Where(piece => piece.First > Special.Mask)
            .ToLookup(piece => piece.Second, piece => piece.First);
        return ([.. parts[0]], [.. parts[1]]);
    }
}
