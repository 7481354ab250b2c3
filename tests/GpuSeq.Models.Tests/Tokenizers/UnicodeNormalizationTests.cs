using System.Globalization;
using System.Text;

namespace GpuSeq.Models.Tests;

/// <summary>Normal forms of Unicode: what Python's unicodedata makes of texts, and the laws that hold for every code point.</summary>
public sealed class UnicodeNormalizationTests
{
    // text, NFC, NFD, NFKC, NFKD; from Python 3.11, Unicode 14.
    private static readonly (string Text, string Nfc, string Nfd, string Nfkc, string Nfkd)[] Known =
    [
        ("",
            "",
            "",
            "",
            ""),
        ("plain text",
            "plain text",
            "plain text",
            "plain text",
            "plain text"),
        ("caf\u00e9 cafe\u0301",
            "caf\u00e9 caf\u00e9",
            "cafe\u0301 cafe\u0301",
            "caf\u00e9 caf\u00e9",
            "cafe\u0301 cafe\u0301"),
        ("\u1e69 s\u0323\u0307 s\u0307\u0323",
            "\u1e69 \u1e69 \u1e69",
            "s\u0323\u0307 s\u0323\u0307 s\u0323\u0307",
            "\u1e69 \u1e69 \u1e69",
            "s\u0323\u0307 s\u0323\u0307 s\u0323\u0307"),
        ("\u0344 \u0958 \u2126 \u212b \u212a",
            "\u0308\u0301 \u0915\u093c \u03a9 \u00c5 K",
            "\u0308\u0301 \u0915\u093c \u03a9 A\u030a K",
            "\u0308\u0301 \u0915\u093c \u03a9 \u00c5 K",
            "\u0308\u0301 \u0915\u093c \u03a9 A\u030a K"),
        ("\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab\u1100\u116e\u11a8\u1100\u1161",
            "\ud55c\uad6d\uc5b4 \ud55c\uad6d\uac00",
            "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 \u1112\u1161\u11ab\u1100\u116e\u11a8\u1100\u1161",
            "\ud55c\uad6d\uc5b4 \ud55c\uad6d\uac00",
            "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 \u1112\u1161\u11ab\u1100\u116e\u11a8\u1100\u1161"),
        ("\u1100\u1161\u11a8\u11a8 \uac00\u11a8 \uac01\u11a8",
            "\uac01\u11a8 \uac01 \uac01\u11a8",
            "\u1100\u1161\u11a8\u11a8 \u1100\u1161\u11a8 \u1100\u1161\u11a8\u11a8",
            "\uac01\u11a8 \uac01 \uac01\u11a8",
            "\u1100\u1161\u11a8\u11a8 \u1100\u1161\u11a8 \u1100\u1161\u11a8\u11a8"),
        ("a\u0315\u0300\u05aeb a\u0300\u0315\u05aeb",
            "\u00e0\u05ae\u0315b \u00e0\u05ae\u0315b",
            "a\u05ae\u0300\u0315b a\u05ae\u0300\u0315b",
            "\u00e0\u05ae\u0315b \u00e0\u05ae\u0315b",
            "a\u05ae\u0300\u0315b a\u05ae\u0300\u0315b"),
        ("\ufb01\ufb03 \u2460 \uff21\uff22\uff71\uff9e \u00bd \u2026",
            "\ufb01\ufb03 \u2460 \uff21\uff22\uff71\uff9e \u00bd \u2026",
            "\ufb01\ufb03 \u2460 \uff21\uff22\uff71\uff9e \u00bd \u2026",
            "fiffi 1 AB\u30a2\u3099 1\u20442 ...",
            "fiffi 1 AB\u30a2\u3099 1\u20442 ..."),
        ("\U0001D400\U0001D7FF \U0001D15E \U0002F800",
            "\U0001D400\U0001D7FF \U0001D157\U0001D165 \u4e3d",
            "\U0001D400\U0001D7FF \U0001D157\U0001D165 \u4e3d",
            "A9 \U0001D157\U0001D165 \u4e3d",
            "A9 \U0001D157\U0001D165 \u4e3d"),
        ("\u09c7\u09be \u0b47\u0b56 \u0dd9\u0dca\u0dcf",
            "\u09cb \u0b48 \u0dda\u0dcf",
            "\u09c7\u09be \u0b47\u0b56 \u0dd9\u0dca\u0dcf",
            "\u09cb \u0b48 \u0dda\u0dcf",
            "\u09c7\u09be \u0b47\u0b56 \u0dd9\u0dca\u0dcf"),
        ("\u1ea5 a\u0302\u0301 \u00c5\u030a",
            "\u1ea5 \u1ea5 \u00c5\u030a",
            "a\u0302\u0301 a\u0302\u0301 A\u030a\u030a",
            "\u1ea5 \u1ea5 \u00c5\u030a",
            "a\u0302\u0301 a\u0302\u0301 A\u030a\u030a"),
        ("\u03d3 \u1fc1 \u1f00\u0342\u0345 \u0387 \u037e",
            "\u03d3 \u1fc1 \u1f86 \u00b7 ;",
            "\u03d2\u0301 \u00a8\u0342 \u03b1\u0313\u0342\u0345 \u00b7 ;",
            "\u038e  \u0308\u0342 \u1f86 \u00b7 ;",
            "\u03a5\u0301  \u0308\u0342 \u03b1\u0313\u0342\u0345 \u00b7 ;"),
        ("\u0f77 \u0f73 \u0f71\u0f72\u0f74",
            "\u0f77 \u0f71\u0f72 \u0f71\u0f72\u0f74",
            "\u0f77 \u0f71\u0f72 \u0f71\u0f72\u0f74",
            "\u0fb2\u0f71\u0f80 \u0f71\u0f72 \u0f71\u0f72\u0f74",
            "\u0fb2\u0f71\u0f80 \u0f71\u0f72 \u0f71\u0f72\u0f74"),
        ("\u3392 \u33ff \u3300",
            "\u3392 \u33ff \u3300",
            "\u3392 \u33ff \u3300",
            "MHz gal \u30a2\u30d1\u30fc\u30c8",
            "MHz gal \u30a2\u30cf\u309a\u30fc\u30c8"),
        ("\u00a0x\u2003y\u3000z\u00ad",
            "\u00a0x\u2003y\u3000z\u00ad",
            "\u00a0x\u2003y\u3000z\u00ad",
            " x y z\u00ad",
            " x y z\u00ad"),
        ("\u0338=\u0338 <\u0338",
            "\u0338\u2260 \u226e",
            "\u0338=\u0338 <\u0338",
            "\u0338\u2260 \u226e",
            "\u0338=\u0338 <\u0338"),
        ("\U00011099\U000110BA \U00011131\U00011127 \U0001D1BB\U0001D16F",
            "\U0001109A \U0001112E \U0001D1B9\U0001D165\U0001D16F",
            "\U00011099\U000110BA \U00011131\U00011127 \U0001D1B9\U0001D165\U0001D16F",
            "\U0001109A \U0001112E \U0001D1B9\U0001D165\U0001D16F",
            "\U00011099\U000110BA \U00011131\U00011127 \U0001D1B9\U0001D165\U0001D16F"),
        ("\u0b94 \u0bca \u0b92\u0bd7",
            "\u0b94 \u0bca \u0b94",
            "\u0b92\u0bd7 \u0bc6\u0bbe \u0b92\u0bd7",
            "\u0b94 \u0bca \u0b94",
            "\u0b92\u0bd7 \u0bc6\u0bbe \u0b92\u0bd7"),
        ("q\u0307\u0323\u0331\u0301\u0327",
            "q\u0327\u0323\u0331\u0307\u0301",
            "q\u0327\u0323\u0331\u0307\u0301",
            "q\u0327\u0323\u0331\u0307\u0301",
            "q\u0327\u0323\u0331\u0307\u0301"),
    ];

    private static IEnumerable<object[]> Texts => Known.Select(row => new object[] { row.Text, row.Nfc, row.Nfd, row.Nfkc, row.Nfkd });

    [TestCaseSource(nameof(Texts))]
    public void Texts_GetTheFormsThatPythonGives(string text, string nfc, string nfd, string nfkc, string nfkd)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Escape(text.Normalized(NormalizationForm.FormC)), Is.EqualTo(Escape(nfc)));
            Assert.That(Escape(text.Normalized(NormalizationForm.FormD)), Is.EqualTo(Escape(nfd)));
            Assert.That(Escape(text.Normalized(NormalizationForm.FormKC)), Is.EqualTo(Escape(nfkc)));
            Assert.That(Escape(text.Normalized(NormalizationForm.FormKD)), Is.EqualTo(Escape(nfkd)));
        }
    }

    [TestCase(NormalizationForm.FormC)]
    [TestCase(NormalizationForm.FormD)]
    [TestCase(NormalizationForm.FormKC)]
    [TestCase(NormalizationForm.FormKD)]
    public void EveryCodePoint_IsNormalizedOnceAndForAll(NormalizationForm form)
    {
        var changing = CodePoints().Where(text => text.Normalized(form).Normalized(form) != text.Normalized(form));
        Assert.That(changing.Select(Escape), Is.Empty);
    }

    [TestCase(NormalizationForm.FormC, NormalizationForm.FormD)]
    [TestCase(NormalizationForm.FormKC, NormalizationForm.FormKD)]
    public void EveryCodePoint_IsTheSameByWayOfTheOtherForm(NormalizationForm composed, NormalizationForm decomposed)
    {
        var differing = CodePoints().Where(text =>
            text.Normalized(decomposed).Normalized(composed) != text.Normalized(composed)
            || text.Normalized(composed).Normalized(decomposed) != text.Normalized(decomposed));
        Assert.That(differing.Select(Escape), Is.Empty);
    }

    // How many code points change, and the sum of what all become, as Python counts them.
    [TestCase(NormalizationForm.FormC, 1120, 50424961)]
    [TestCase(NormalizationForm.FormD, 13233, 353489957)]
    [TestCase(NormalizationForm.FormKC, 4866, 89793304)]
    [TestCase(NormalizationForm.FormKD, 16967, 393425137)]
    public void AllCodePoints_BecomeWhatTheyDoInPython(NormalizationForm form, int changed, long sum)
    {
        var changing = CodePoints().Where(text => text.Normalized(form) != text).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(changing, Has.Length.EqualTo(changed));
            Assert.That(changing.Sum(text => Sum(text.Normalized(form))), Is.EqualTo(sum));
        }
    }

    [Test]
    public void HalfASurrogatePair_Stays() =>
        Assert.That("e\u0301\ud800e\u0301\udc00".Normalized(NormalizationForm.FormC), Is.EqualTo("\u00e9\ud800\u00e9\udc00"));

    [Test]
    public void ManyMarks_AreOrderedInTime()
    {
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0316", 100_000));
        var ordered = ("a" + marks).Normalized(NormalizationForm.FormD);
        Assert.That(ordered, Is.EqualTo("a" + new string('\u0316', 100_000) + new string('\u0301', 100_000)));
    }

    // Without the planes that hold nothing.
    private static IEnumerable<string> CodePoints() => Enumerable.Range(0, 0x110000)
        .Where(code => code is < 0xD800 or (> 0xDFFF and < 0x32000) or (> 0xE0000 and < 0xE0200)).Select(char.ConvertFromUtf32);

    private static long Sum(string text) => text.EnumerateRunes().Select((rune, at) => (at + 1L) * rune.Value).Sum();

    private static string Escape(string text) =>
        string.Join(' ', text.EnumerateRunes().Select(rune => rune.Value.ToString("X4", CultureInfo.InvariantCulture)));
}
