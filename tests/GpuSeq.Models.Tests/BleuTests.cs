namespace GpuSeq.Models.Tests;

/// <summary>BLEU against sacreBLEU's numbers, and against sums by hand.</summary>
public sealed class BleuTests
{
    private static readonly double[] HundredsPrecisions = [55.55555555555556, 30.720851475568455, 18.109790605546124, 6.952965235173824];

    // Scores, precisions and penalties as sacreBLEU prints them with its default options.
    [TestCase("The the the the the the the.", "The cat is on the mat.", 7.267884212102741, 1.0)]
    [TestCase("It costs 3.50 dollars, he said.", "It costs 3.50 dollars, she said.", 59.4603557501361, 1.0)]
    [TestCase("a b c d", "a b c e", 59.460355750136046, 1.0)]
    [TestCase("a b c", "a b c", 0.0, 1.0, TestName = "Score_IsZeroWithoutSequencesOfFour")]
    [TestCase("Hello", "World", 0.0, 1.0, TestName = "Score_IsZeroWithoutAMatch")]
    [TestCase("", "Something", 0.0, 0.0, TestName = "Score_IsZeroWithoutWords")]
    [TestCase(
        "The small house is red|We have 1,000 well-known friends &amp; 2-3 cars (old).",
        "The small house is blue and red.|We have 1,000 well-known friends & 2-3 old cars.", 62.391963212281006, 0.9487294800164372)]
    [TestCase(
        "Comment vas-tu ?|Je ne l'ai pas vu hier.|Il est 8h30.", "Comment allez-vous ?|Je ne l'ai point vu hier soir.|Il est 8h30.",
        40.28999609772891, 0.9310627797040228)]
    public void Score_IsSacreBleus(string translations, string references, double score, double penalty)
    {
        var bleu = Bleu.Of(translations.Split('|'), references.Split('|'));
        Assert.Multiple(() =>
        {
            Assert.That(bleu.Score, Is.EqualTo(score).Within(1e-9));
            Assert.That(bleu.BrevityPenalty, Is.EqualTo(penalty).Within(1e-12));
        });
    }

    [Test]
    public void Score_OfHundredsOfSentencesIsSacreBleus()
    {
        // Neighbours in alphabetical order have much in common.
        var sentences = BuiltInTranslations.Pairs(reverse: false).Select(pair => pair.Target).Distinct().Order(StringComparer.Ordinal).Take(600);
        string[][] pairs = [.. sentences.Chunk(2)];
        var bleu = Bleu.Of([.. pairs.Select(pair => pair[0])], [.. pairs.Select(pair => pair[1])]);
        Assert.Multiple(() =>
        {
            Assert.That(bleu.Score, Is.EqualTo(21.53084416140558).Within(1e-9));
            Assert.That(bleu.Precisions, Is.EqualTo(HundredsPrecisions).Within(1e-9));
        });
    }

    [Test]
    public void Score_ByHand()
    {
        // 5 of 6 words, 3 of 5 pairs, 1 of 4 triples; 0 of 3 fours count as a half. The reference has a word more.
        var bleu = Bleu.Of(["one two three five six seven"], ["one two three four six seven eight"]);
        var precisions = new[] { 5 / 6.0, 3 / 5.0, 1 / 4.0, 0.5 / 3 };
        var penalty = Math.Exp(1 - 7 / 6.0);
        Assert.Multiple(() =>
        {
            Assert.That(bleu.Precisions, Is.EqualTo(precisions.Select(precision => 100 * precision)).Within(1e-12));
            Assert.That(bleu.BrevityPenalty, Is.EqualTo(penalty).Within(1e-12));
            Assert.That(bleu.Score, Is.EqualTo(100 * penalty * Math.Pow(precisions.Aggregate((a, b) => a * b), 0.25)).Within(1e-9));
        });
    }

    [Test]
    public void Score_OfTheReferencesIsAHundred()
    {
        string[] texts = ["L'eau est claire, n'est-ce pas ?", "Oui."];
        Assert.That(Bleu.Of(texts, texts).Score, Is.EqualTo(100).Within(1e-9));
    }

    [TestCase(
        "It's 3.5, or 1,000.5; \"ok\"-ish [a] {b} ~ ^x_y` 5-6 a-b, 7- .9 9. &quot;q&amp;a&lt; <skipped>end-\nof\nline$5 c'est « bon » – où ?",
        "It's 3.5 , or 1,000.5 ; \" ok \" -ish [ a ] { b } ~ ^ x _ y ` 5 - 6 a-b , 7 - . 9 9 . \" q & a < endof line $ 5 c'est « bon » – où ?")]
    [TestCase("U.S. and 1.a a.1 ,5 5,", "U . S . and 1 . a a . 1 , 5 5 ,")]
    [TestCase("tab\there\u00A0nbsp\u202Fthin", "tab here nbsp thin")]
    public void Words_AreThoseOfTokenizer13a(string line, string words) =>
        Assert.That(string.Join(' ', Bleu.Tokenize(line)), Is.EqualTo(words));

    [Test]
    public void Counts_MustBeEqual() =>
        Assert.That(() => Bleu.Of(["a"], ["a", "b"]), Throws.ArgumentException.With.Message.Contains("1 translations and 2 references"));
}
