namespace GpuSeq.Models;

/// <summary>How a text is cut into words.</summary>
public enum WordForm
{
    /// <summary>By <see cref="WordSplitter"/>, with a boundary where a line is empty.</summary>
    Prose,

    /// <summary>At spaces, with a boundary after each line: for texts that are cut already, such as WikiText.</summary>
    Spaced,
}

/// <summary>Texts as the words that a language model reads, with boundaries between their parts.</summary>
public static class ElmoText
{
    /// <summary>The word that stands between two sentences or paragraphs.</summary>
    public const string Boundary = "<eos>";

    /// <summary>A small text that the recipe learns from when it is given none: sentences with names, and a play.</summary>
    public static string BuiltIn => NamesInContext.Text + BuiltInText.Read();

    /// <summary>The form that a text has by the look of it: those that hold <c>&lt;unk&gt;</c> are cut already.</summary>
    public static WordForm FormOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains(Vocabulary.Unknown, StringComparison.Ordinal) ? WordForm.Spaced : WordForm.Prose;
    }

    /// <summary>Reads a text file, or all that end with <c>.txt</c> in a folder, in the order of their names.</summary>
    /// <exception cref="DataException">A file cannot be read, or the folder holds none.</exception>
    public static string Read(string path)
    {
        if (!Directory.Exists(path))
            return TextFile.Read(path);
        var files = Directory.GetFiles(path, "*.txt").Order(StringComparer.Ordinal).ToArray();
        return files.Length > 0
            ? string.Join("\n\n", files.Select(TextFile.Read))
            : throw new DataException(path, "the folder holds no file that ends with .txt");
    }

    /// <summary>The words of a text, in the letters that they are written in.</summary>
    public static string[] Words(string text, WordForm form)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<string> { Boundary };
        foreach (var line in text.EnumerateLines())
        {
            var isEmpty = line.IsWhiteSpace();
            if (form == WordForm.Spaced)
                words.AddRange(line.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            else
                words.AddRange(WordSplitter.Split(line.ToString(), lowerCase: false));
            if (words[^1] != Boundary && (isEmpty || form == WordForm.Spaced))
                words.Add(Boundary);
        }
        return [.. words];
    }
}
