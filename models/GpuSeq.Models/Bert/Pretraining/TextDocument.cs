using System.Text;

namespace GpuSeq.Models;

/// <summary>A text of sentences that follow each other.</summary>
/// <param name="Text">The sentences with single blanks between them.</param>
/// <param name="Ends">Where in it each sentence ends.</param>
internal sealed record TextDocument(string Text, IReadOnlyList<int> Ends)
{
    private const int MostSentences = 128;
    private const int LeastSentences = 8;
    private const int LeastDocuments = 40; // of short data, so that some can be held back

    /// <summary>The sentences.</summary>
    public IEnumerable<string> Sentences => Ends.Select((end, i) => i == 0 ? Text[..end] : Text[(Ends[i - 1] + 1)..end]);

    /// <summary>
    /// Cuts texts into documents. A text that is long, such as a book, becomes several of about equal length, which begin and end
    /// with a paragraph: a book can be held back in parts, and its chapters speak of different things.
    /// </summary>
    public static IReadOnlyList<TextDocument> Cut(IEnumerable<string> texts)
    {
        string[][][] cut = [.. texts.Select(SentencesOf)];
        var total = cut.Sum(Count);
        var most = Math.Clamp(total / LeastDocuments, LeastSentences, MostSentences);
        return [.. cut.SelectMany(paragraphs => Cut(paragraphs, most))];
    }

    private static string[][] SentencesOf(string text) =>
        [.. ParagraphSplitter.Split(text).Select(paragraph => SentenceSplitter.Split(paragraph).ToArray())];

    private static int Count(string[][] paragraphs) => paragraphs.Sum(sentences => sentences.Length);

    private static IEnumerable<TextDocument> Cut(string[][] paragraphs, int most)
    {
        var count = Count(paragraphs);
        var parts = (count + most - 1) / most;
        var (sentences, done, part) = (new List<string>(), 0, 1);
        foreach (var paragraph in paragraphs)
        {
            sentences.AddRange(paragraph);
            if (done + sentences.Count < (long)count * part / parts)
                continue;
            done += sentences.Count;
            part = (int)((long)done * parts / count) + 1;
            yield return Of(sentences);
            sentences.Clear();
        }
    }

    private static TextDocument Of(List<string> sentences)
    {
        var text = new StringBuilder();
        var ends = new int[sentences.Count];
        foreach (var (i, sentence) in sentences.Index())
        {
            text.Append(i == 0 ? "" : " ").Append(sentence);
            ends[i] = text.Length;
        }
        return new(text.ToString(), ends);
    }
}
