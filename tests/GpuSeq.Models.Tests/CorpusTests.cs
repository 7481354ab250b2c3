namespace GpuSeq.Models.Tests;

/// <summary>Texts for models of words.</summary>
public sealed class CorpusTests
{
    [Test]
    public void Books_AreReadWithoutWhatStandsAroundThem()
    {
        using var folder = new TemporaryFolder();
        folder.Write("b.txt", """
            The Project Gutenberg EBook of Nothing

            *** START OF THIS PROJECT GUTENBERG EBOOK NOTHING ***

            Call me
            nobody.

            ***

            It ends here.

            End of the Project Gutenberg EBook of Nothing
            *** END OF THIS PROJECT GUTENBERG EBOOK NOTHING ***
            All rights to the licence.
            """.ReplaceLineEndings("\r\n"));
        folder.Write("a.txt", "First, of course!");
        folder.Write("c.md", "not read");
        var corpus = Corpus.Read(folder.Path, new() { DropsPunctuation = true });
        Assert.That(
            corpus.Paragraphs, Is.EqualTo(new[] { new[] { "first", "of", "course" }, ["call", "me", "nobody"], ["it", "ends", "here"] }));
    }

    [Test]
    public void Tokens_StayAsTheyAre()
    {
        const string Text = " \n = Lobster = \n The <unk> costs 5 @.@ 2 dollars , I 'm told .\n";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Corpus.Of(Text, "wiki", new() { IsTokenized = true, KeepsCase = true }).Paragraphs, Is.EqualTo(new[]
            {
                new[] { "=", "Lobster", "=" },
                ["The", "<unk>", "costs", "5", "@.@", "2", "dollars", ",", "I", "'m", "told", "."],
            }));
            Assert.That(Corpus.Of(Text, "wiki", new() { IsTokenized = true }).Paragraphs[0][1], Is.EqualTo("lobster"));
        }
    }

    [Test]
    public void Splits_HoldATenthBack()
    {
        var corpus = new Corpus([.. Enumerable.Range(0, 25).Select(i => new[] { $"{i}" })], "numbers");
        var (first, last) = corpus.Split();
        var (most, every) = corpus.SplitEvenly();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(last.Words, Is.EqualTo(new[] { "23", "24" }));
            Assert.That(first.Paragraphs, Has.Count.EqualTo(23));
            Assert.That(every.Words, Is.EqualTo(new[] { "9", "19" }));
            Assert.That(most.Paragraphs, Has.Count.EqualTo(23));
            Assert.That(new Corpus([["a"], ["b"]], "two").SplitEvenly().Held.Words, Is.EqualTo(new[] { "b" }));
            Assert.That(() => new Corpus([["a"]], "one").Split(), Throws.TypeOf<DataException>().With.Message.Contains("one paragraph"));
        }
    }

    [Test]
    public void Folders_WithoutTextsAreRefused()
    {
        using var folder = new TemporaryFolder();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Corpus.Read(folder.Path, new()), Throws.TypeOf<DataException>().With.Message.Contains("it holds no files of data"));
            Assert.That(
                () => Corpus.Read(folder.Write("empty.txt", " \n"), new()),
                Throws.TypeOf<DataException>().With.Message.Contains("no words"));
        }
    }
}
