namespace GpuSeq.Models;

/// <summary>Texts that belong together, and what is right of them.</summary>
/// <param name="Texts">Such as a premise and a hypothesis, or a context and the choices that go on from it.</param>
/// <param name="Answer">A label, a number, or which of the choices, counted from 0.</param>
public sealed record TextExample(IReadOnlyList<string> Texts, string Answer);

/// <summary>Texts with what is right of them.</summary>
/// <param name="Source">Where they come from, for messages.</param>
/// <param name="Train">To learn from.</param>
/// <param name="Dev">To choose models by; empty where the data has no such part.</param>
public sealed record TextExamples(string Source, IReadOnlyList<TextExample> Train, IReadOnlyList<TextExample> Dev)
{
    /// <summary>What a model is measured on: the part made for it, else everything.</summary>
    public IReadOnlyList<TextExample> Measured => Dev.Count > 0 ? Dev : Train;

    /// <summary>Texts with labels as examples.</summary>
    public static TextExamples Of(LabelledTexts texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return new(texts.Source, Examples(texts.Train), Examples(texts.Dev));

        static TextExample[] Examples(IEnumerable<LabelledText> texts) =>
            [.. texts.Select(text => new TextExample([text.Text], text.Label))];
    }

    /// <summary>Reads what a run learns from and is measured on.</summary>
    /// <param name="read">Reads a data set; of null, the one that is built in.</param>
    /// <param name="data">Where it lies.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static TextExamples Read(Func<string?, TextExamples> read, RecipeData data)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(data);
        var examples = read(data.Data);
        return data.Validation is { } held ? examples with { Dev = read(held).Measured } : examples;
    }

    /// <summary>Reads a file, or a folder with a file named <c>train</c> and perhaps one named <c>dev</c>.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="read">Reads a file's examples.</param>
    /// <param name="partOf">What a file is for; null where its name tells as <see cref="DataParts"/> has it.</param>
    /// <exception cref="DataException">A file is broken, or the folder has none to learn from or to measure on.</exception>
    internal static TextExamples Read(
        string path, Func<DataFile, IReadOnlyList<TextExample>> read, Func<DataFile, DataPart>? partOf = null)
    {
        if (File.Exists(path) && !DataFiles.IsArchive(path))
            return new(path, read(new(Path.GetFileName(path), path, () => TextFile.Read(path))), []);
        var files = DataFiles.Open(path);
        if (files is [{ } only])
            return new(path, read(only), []);
        var parts = files.ToLookup(partOf ?? DataParts.Of);
        IReadOnlyList<TextExample> Of(DataPart part) => [.. parts[part].SelectMany(read)];
        return parts.Contains(DataPart.Train) || parts.Contains(DataPart.Dev)
            ? new(path, Of(DataPart.Train), Of(DataPart.Dev))
            : throw new DataException(path, "none of its files is named train or dev");
    }

    /// <summary>Holds back a tenth to choose models by, if there is no part for that.</summary>
    /// <param name="seed">Of the choice.</param>
    /// <exception cref="DataException">There are too few examples.</exception>
    public TextExamples WithDev(ulong seed)
    {
        if (Dev.Count > 0 && Train.Count > 0)
            return this;
        if (Train.Count < 10)
            throw new DataException(Source, $"{Train.Count} examples are too few to learn from and to hold a tenth of them back");
        var (held, kept) = new SplitMix64(seed).HoldBack(Train, Train.Count / 10);
        return this with { Train = kept, Dev = held };
    }
}
