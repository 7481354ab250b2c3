using System.Text;

namespace GpuSeq.Models.Tests;

/// <summary>Byte-level byte-pair encoding on texts and files made by hand.</summary>
public sealed class ByteLevelBpeTests
{
    private const string End = "<|endoftext|>";
    private const int Bytes = 256;



    // By hand: of "es" and "st" (9 each), "lo" and "ow" (7), "ew" and "ne" and others (6) the smaller ids come first.
    [Test]
    public void Training_MergesWhatIsMostFrequent()
    {
        var bpe = ByteLevelBpe.Train(["low low low low low lower lower", "newest newest newest newest newest newest", "widest widest widest"], Bytes + 6);
        Assert.That(Merged(bpe), Is.EqualTo(new[] { "es", "est", "lo", "low", "ew", "new" }));
    }

    private static IEnumerable<string> Merged(ByteLevelBpe bpe) => Enumerable.Range(Bytes, bpe.Count - Bytes).Select(bpe.TokenOf);
}
