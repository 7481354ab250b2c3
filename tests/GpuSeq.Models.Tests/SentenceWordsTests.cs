namespace GpuSeq.Models.Tests;

/// <summary>Words of sentences, and sentences of words.</summary>
public sealed class SentenceWordsTests
{
    [TestCase("Où va-t-il ?", "Où va -t -il ?")]
    [TestCase("L'homme qu'elle n'a pas vu.", "L' homme qu' elle n' a pas vu ￭.")]
    [TestCase("I'm sure you don't!", "I' m sure you don't ￭!")]
    [TestCase("aujourd'hui, 3.5 (ou 4)", "aujourd'hui ￭, 3.5 (￭ ou 4 ￭)")]
    [TestCase("Well...", "Well ￭. ￭. ￭.")]
    [TestCase("  ", "")]
    public void Words_SayWhereTheyTouch(string sentence, string words) =>
        Assert.That(string.Join(' ', SentenceWords.Split(sentence)), Is.EqualTo(words));

    [TestCase("Arrête-toi ! C'est l'« ami » d'hier, n'est-ce pas ?")]
    [TestCase("\"Don't go,\" she said (twice) - at 10:30.")]
    [TestCase("L\u2019été coûte 5 € (ou 3,50 $)…")]
    [TestCase("a-b -c 'd e' f&g 100% #1 x/y")]
    [TestCase("")]
    public void Join_GivesTheSentenceBack(string sentence) =>
        Assert.That(SentenceWords.Join(SentenceWords.Split(sentence)), Is.EqualTo(sentence));

    [Test]
    public void Join_TakesWordsInAnyOrder() =>
        Assert.That(SentenceWords.Join(["￭.", "-il", "l'", "￭!", "(￭", "eau"]), Is.EqualTo(".-il l'! (eau"));
}
