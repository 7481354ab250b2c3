using System.Text.RegularExpressions;

namespace GpuSeq.Models;

/// <summary>A text and what it is.</summary>
public sealed record LabelledText(string Text, string Label);

/// <summary>Texts with labels, such as opinions that are positive or negative.</summary>
/// <param name="Source">Where they come from, for messages.</param>
/// <param name="Train">To learn from.</param>
/// <param name="Dev">To choose models by; empty where the data has no such part.</param>
public sealed partial record LabelledTexts(string Source, IReadOnlyList<LabelledText> Train, IReadOnlyList<LabelledText> Dev)
{
    private const string Layouts = "known are: a table (.tsv, .csv) with a column of texts and one of labels; "
        + "a folder with a file for each label and a text on each line; a folder or zip archive with a folder for each label and a "
        + "text in each file; and a folder with such parts, named train and dev";

    private const int MostLabels = 100; // more files than that are not one for each label

    /// <summary>What a model is measured on: the part made for it, else everything.</summary>
    public IReadOnlyList<LabelledText> Measured => Dev.Count > 0 ? Dev : Train;

    /// <summary>Reads a data set, whichever of the known layouts it has.</summary>
    /// <exception cref="DataException">It has none of them, or a file is broken; names the file and the line.</exception>
    public static LabelledTexts Read(string path)
    {
        if (File.Exists(path) && !DataFiles.IsArchive(path))
            return new(path, LabelledTable.Read(TextFile.Read(path), path), []);
        var files = DataFiles.Open(path);
        var parts = files.ToLookup(DataParts.Of);
        if (!parts.Contains(DataPart.Train) && !parts.Contains(DataPart.Dev) && !parts.Contains(DataPart.Test))
            return WithFold(path, files);
        var held = OfPart(path, parts[DataPart.Dev]);
        var train = OfPart(path, parts.Contains(DataPart.Train) || held.Count > 0 ? parts[DataPart.Train] : parts[DataPart.Test]);
        return new(path, train, held);
    }

    /// <summary>Holds back a tenth to choose models by, if there is no part for that.</summary>
    /// <param name="seed">Of the choice.</param>
    /// <exception cref="DataException">There are too few texts.</exception>
    public LabelledTexts WithDev(ulong seed)
    {
        if (Dev.Count > 0 && Train.Count > 0)
            return this;
        if (Train.Count < 10)
            throw new DataException(Source, $"{Train.Count} texts are too few to learn from and to hold a tenth of them back");
        var (held, kept) = new SplitMix64(seed).HoldBack(Train, Train.Count / 10);
        return this with { Train = kept, Dev = held };
    }

    private static IReadOnlyList<LabelledText> OfPart(string path, IEnumerable<DataFile> files)
    {
        DataFile[] inside = [.. files.Select(file => file.Parts.Length == 1 ? file : file with { Name = string.Join('/', file.Parts[1..]) })];
        return inside.Length == 0 ? [] : Texts(path, inside);
    }

    // Where every text is a file, names such as cv812 tell the tenth that it belongs to (Pang and Lee 2004): 8 is left to choose by.
    private static LabelledTexts WithFold(string path, IReadOnlyList<DataFile> files)
    {
        if (!files.All(file => FoldName().IsMatch(file.FileName)))
            return new(path, Texts(path, files), []);
        var folds = files.ToLookup(file => file.FileName.StartsWith("cv8", StringComparison.Ordinal));
        return new(path, folds[false].Any() ? Texts(path, [.. folds[false]]) : [], folds[true].Any() ? Texts(path, [.. folds[true]]) : []);
    }

    private static IReadOnlyList<LabelledText> Texts(string path, IReadOnlyList<DataFile> files)
    {
        if (files is [{ } only] && LabelledTable.IsTable(only.Name))
            return LabelledTable.Read(only.Read(), only.Source);
        if (files.All(file => file.Parts.Length == 2))
            return [.. files.Select(file => new LabelledText(file.Read(), file.Parts[0]))];
        if (files.Count is < 2 or > MostLabels || files.Any(file => file.Parts.Length > 1))
            throw new DataException(path, $"its layout is not known; {Layouts}");
        var labels = LabelsOf(files) ?? throw new DataException(path, $"the names of its files do not tell labels; {Layouts}");
        return [.. files.Zip(labels).SelectMany(entry => Lines(entry.First.Read()).Select(line => new LabelledText(line, entry.Second)))];
    }

    // The endings of the names, where they differ, else what comes before the first point.
    private static string[]? LabelsOf(IReadOnlyList<DataFile> files)
    {
        string[][] choices =
        [
            [.. files.Select(file => Path.GetExtension(file.Name).TrimStart('.'))],
            [.. files.Select(file => file.Name.Split('.')[0])],
        ];
        return choices.FirstOrDefault(labels => labels.Distinct().Count() == files.Count && labels.All(label => label.Length > 0));
    }

    private static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [GeneratedRegex("^cv[0-9]{3}")]
    private static partial Regex FoldName();
}
