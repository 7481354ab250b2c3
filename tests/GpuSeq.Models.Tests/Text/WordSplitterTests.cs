namespace GpuSeq.Models.Tests.Text;

/// <summary>Text cut into words.</summary>
public sealed class WordSplitterTests
{
    [TestCase("It's well-known.", "it's|well-known|.")]
    [TestCase("don\u2019t 'quote' rock'n'roll", "don\u2019t|'|quote|'|rock'n'roll")]
    [TestCase("a - b--c", "a|-|b|-|-|c")]
    [TestCase("3.5 1,000.25 v2.0. 5.x 2-3", "3.5|1,000.25|v2.0|.|5|.|x|2-3")]
    [TestCase("one,two", "one|,|two")]
    [TestCase("Straße ÉTÉ e\u0301", "straße|été|é")]
    [TestCase("Это не фильм!", "это|не|фильм|!")]
    [TestCase("日本語。はい", "日本語|。|はい")]
    [TestCase("नमस्ते दुनिया", "नमस्ते|दुनिया")]
    [TestCase("مرحبا، عالم", "مرحبا|،|عالم")]
    [TestCase("good 😀👍 𝒳2", "good|😀|👍|𝒳2")]
    [TestCase("$5 #tag @you", "$|5|#|tag|@|you")]
    [TestCase(" \t\n\u00a0\u0007", "")]
    [TestCase("", "")]
    public void Text_IsCutIntoWords(string text, string words) =>
        Assert.That(string.Join('|', WordSplitter.Split(text)), Is.EqualTo(words));

    [Test]
    public void LargeLetters_StayWhereTheyAreWanted() =>
        Assert.That(WordSplitter.Split("New York's U.S.", lowerCase: false), Is.EqualTo(new[] { "New", "York's", "U", ".", "S", "." }));
}
