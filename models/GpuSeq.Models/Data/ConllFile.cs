namespace GpuSeq.Models;

/// <summary>A sentence whose names, or other spans, are marked.</summary>
/// <param name="Tokens">Its words.</param>
/// <param name="Tags">The tag of each, in the scheme BIO.</param>
/// <param name="Document">The number of its document in the file; 0 in files that tell none apart.</param>
public sealed record TaggedSentence(IReadOnlyList<string> Tokens, IReadOnlyList<string> Tags, int Document = 0);

/// <summary>
/// Reads files in the format of the CoNLL shared tasks (Tjong Kim Sang and De Meulder 2003): a token a line, its tag in the last
/// column, columns separated by tabs or else by spaces, blank lines between sentences, lines <c>-DOCSTART-</c> between documents.
/// </summary>
public static class ConllFile
{
    private const string DocumentBorder = "-DOCSTART-";

    /// <summary>Reads the sentences of a file. Tags of the schemes IOB1 and BIOES become those of BIO.</summary>
    /// <exception cref="DataException">It cannot be read, or a line holds no token with its tag; names the line.</exception>
    public static IReadOnlyList<TaggedSentence> Read(string path)
    {
        var sentences = new List<TaggedSentence>();
        var (tokens, tags, document) = (new List<string>(), new List<string>(), 0);
        foreach (var (index, line) in TextFile.Read(path).Split('\n').Index())
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                EndSentence();
                continue;
            }
            var columns = Columns(line);
            if (columns[0] == DocumentBorder)
            {
                EndSentence();
                document++;
                continue;
            }
            if (columns.Length < 2)
                throw new DataException(path, $"line {index + 1} has one column, '{columns[0]}', not a token and its tag");
            Check(columns[^1], index + 1);
            tokens.Add(columns[0]);
            tags.Add(columns[^1]);
        }
        EndSentence();
        return sentences.Count > 0 ? sentences : throw new DataException(path, "there are no sentences in it");

        void EndSentence()
        {
            if (tokens.Count > 0)
                sentences.Add(new([.. tokens], TagSpan.ToTags(TagSpan.Of(tags), tags.Count), document));
            tokens.Clear();
            tags.Clear();
        }

        void Check(string tag, int line)
        {
            try
            {
                TagSpan.Of([tag]);
            }
            catch (FormatException exception)
            {
                throw new DataException(path, $"line {line}: {exception.Message}");
            }
        }
    }

    private static string[] Columns(string line) => line.Split(
        line.TrimEnd().Contains('\t') ? '\t' : ' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
