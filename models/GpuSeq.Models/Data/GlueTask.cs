namespace GpuSeq.Models;

/// <summary>
/// A task of GLUE (Wang et al. 2019), as its files have it: tables with tabs between the columns, <c>train.tsv</c> and
/// <c>dev.tsv</c>, whose quotation marks all belong to the texts.
/// </summary>
/// <param name="Name">What people call it, such as <c>sst-2</c>.</param>
/// <param name="Metric">The measure of the benchmark, by which the best model is chosen.</param>
/// <param name="First">The column of the texts, or of the first ones.</param>
/// <param name="Second">The column of the second texts; null where texts stand alone.</param>
/// <param name="Answer">The column of the answers.</param>
public sealed record GlueTask(string Name, string Metric, string First, string? Second, string Answer)
{
    private static readonly (string, string)[] Entailment = [("entailment", "entailment"), ("not_entailment", "not_entailment")];

    private static readonly (string, string)[] Inference =
        [("entailment", "entailment"), ("neutral", "neutral"), ("contradiction", "contradiction")];

    /// <summary>All that are known.</summary>
    public static IReadOnlyList<GlueTask> All { get; } =
    [
        new("cola", "matthews", "sentence", null, "label")
        {
            Columns = ["source", "label", "mark", "sentence"], // the files have no line that names them
            Labels = [("0", "unacceptable"), ("1", "acceptable")],
        },
        new("sst-2", "accuracy", "sentence", null, "label") { Labels = [("0", "negative"), ("1", "positive")] },
        new("mrpc", "f1", "#1 String", "#2 String", "Quality") { Labels = [("0", "not_equivalent"), ("1", "equivalent")] },
        new("qqp", "f1", "question1", "question2", "is_duplicate")
        {
            Labels = [("0", "not_duplicate"), ("1", "duplicate")],
            LeavesBrokenRowsOut = true, // a few rows of the file that was published lack cells
        },
        new("mnli", "accuracy", "sentence1", "sentence2", "gold_label") { Labels = Inference, Dev = "dev_matched" },
        new("mnli-mm", "accuracy", "sentence1", "sentence2", "gold_label") { Labels = Inference, Dev = "dev_mismatched" },
        new("qnli", "accuracy", "question", "sentence", "label") { Labels = Entailment },
        new("rte", "accuracy", "sentence1", "sentence2", "label") { Labels = Entailment },
        new("sts-b", "spearman", "sentence1", "sentence2", "score"),
    ];

    /// <summary>What files have for each label, and the label, in the order of their numbers; none where answers are numbers.</summary>
    public IReadOnlyList<(string Value, string Label)> Labels { get; private init; } = [];

    /// <summary>The name of the file to choose models by, without its ending.</summary>
    public string Dev { get; private init; } = "dev";

    private IReadOnlyList<string>? Columns { get; init; }

    private bool LeavesBrokenRowsOut { get; init; }

    /// <summary>Finds a task by its name.</summary>
    /// <returns>Null where there is none.</returns>
    public static GlueTask? Find(string name) => All.FirstOrDefault(task => task.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a file, or a folder or zip archive with files named <c>train.tsv</c> and <c>dev.tsv</c>.</summary>
    /// <exception cref="DataException">A file is missing or broken; names the line.</exception>
    public TextExamples Read(string path) => TextExamples.Read(path, Read, PartOf);

    private DataPart PartOf(DataFile file) => Path.GetFileNameWithoutExtension(file.FileName) switch
    {
        "train" => DataPart.Train,
        var name when name == Dev => DataPart.Dev,
        _ => DataPart.None,
    };

    private IReadOnlyList<TextExample> Read(DataFile file)
    {
        var table = new TabTable(file.Read(), file.Source, new()
        {
            Columns = Columns,
            KeepsQuotes = true,
            LeavesBrokenRowsOut = LeavesBrokenRowsOut,
        });
        int[] texts = [.. new[] { First, Second }.OfType<string>().Select(column => table.Find("texts", column))];
        var answer = table.Find("answers", Answer);
        return [.. table.Rows.Select(row => new TextExample(
            [.. texts.Select(column => table.Filled(row, column))], LabelOf(table.Filled(row, answer), row.Line, table)))];
    }

    private string LabelOf(string value, int line, TabTable table)
    {
        if (Labels.Count == 0)
            return value;
        return Labels.FirstOrDefault(label => label.Value == value).Label ?? throw new DataException(
            table.Source,
            $"line {line} has the label '{value}', which is none of {string.Join(", ", Labels.Select(label => label.Value))}");
    }
}
