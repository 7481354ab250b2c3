namespace GpuSeq.Models.Tests.Text;

/// <summary>Where sentences end.</summary>
public sealed class SentenceSplitterTests
{
    [TestCase("It rains. We stay!  Do we? Yes", "It rains.|We stay!|Do we?|Yes")]
    [TestCase("\"Is it?\" said Mr. Bennet. \"It is.\"", "\"Is it?\" said Mr. Bennet.|\"It is.\"")]
    [TestCase("\u201CCome!\u201D \u201CWhere?\u201D he asked.", "\u201CCome!\u201D|\u201CWhere?\u201D he asked.")]
    [TestCase("J. S. Mill and H. G. Wells. So it was I. They left.", "J. S. Mill and H. G. Wells.|So it was I.|They left.")]
    [TestCase("In 1945. 12 came", "In 1945.|12 came")]
    [TestCase("and so on... but\nnot here (See below.) There.", "and so on... but not here (See below.)|There.")]
    [TestCase("simplistic , silly and tedious . \nwhy ? it's laddish", "simplistic , silly and tedious .|why ?|it's laddish")]
    [TestCase(" \n ", "")]
    public void Sentences_EndWhereAnotherBegins(string paragraph, string expected) =>
        Assert.That(string.Join('|', SentenceSplitter.Split(paragraph)), Is.EqualTo(expected));
}
