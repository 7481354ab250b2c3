using System.Globalization;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Trains a perceptron on a table: nine tenths of the rows to learn from, the others to measure on; tables of fewer than twenty
/// rows are measured on what they learn from.
/// </summary>
public sealed class MlpTask : ITrainingTask, IDisposable
{
    /// <summary>The recipe's name.</summary>
    public const string Name = "mlp";

    private const int LeastRowsToSplit = 20;
    private const int MostClasses = 20; // a column of more different whole numbers is one to be predicted as a number

    private readonly TableBatches _train;
    private readonly MlpEvaluator _validation;

    /// <summary>Makes a model for a table.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="table">The table.</param>
    /// <param name="config">The form of the model; what its numbers mean is taken from the table where it has no features yet.</param>
    /// <param name="batch">B, rows of a step.</param>
    /// <param name="seed">Of the first values, the split and the order.</param>
    /// <param name="validation">A table to measure on; null to hold back a tenth of the first.</param>
    /// <exception cref="DataException">A table does not fit.</exception>
    public MlpTask(Device device, Table table, MlpConfig config, int batch, ulong seed, Table? validation = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(config);
        int[] rows = [.. Enumerable.Range(0, table.Rows.Count)];
        int[] held = [.. Enumerable.Range(0, (validation ?? table).Rows.Count)];
        if (validation is null && rows.Length >= LeastRowsToSplit)
            (held, rows) = new SplitMix64(seed).HoldBack(rows, rows.Length / 10);
        if (config.Features.Count == 0)
            config = Describe(config, table, rows);
        Device = device;
        Model = new(device, config, seed);
        _train = new(config, table, rows, batch, seed);
        _validation = new(device, Model, new(config, validation ?? table, held, batch, seed));
    }

    /// <summary>The model.</summary>
    public MlpModel Model { get; }

    /// <inheritdoc/>
    public string Recipe => Name;

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters => Model.Parameters;

    /// <inheritdoc/>
    public IBatchSource Batches => _train;

    /// <inheritdoc/>
    public string Items => "rows";

    /// <inheritdoc/>
    public Tensor Loss(Graph graph, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(batch);
        return Model.Loss(Model.Forward(graph.Input(batch[0])), graph.Input(batch[1]));
    }

    /// <inheritdoc/>
    public Evaluation Evaluate(CancellationToken cancellation) => _validation.Evaluate(cancellation);

    /// <inheritdoc/>
    public void SaveModelFiles(string folder) => Model.Config.Save(Path.Combine(folder, "config.json"));

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _validation.Dispose();
        Model.Dispose();
    }

    private static MlpConfig Describe(MlpConfig config, Table table, int[] rows)
    {
        var columns = Enumerable.Range(0, table.Features.Count);
        var means = columns.Select(column => rows.Average(row => (double)table.Rows[row][column])).ToArray();
        var deviations = columns
            .Select(column => Math.Sqrt(rows.Average(row => Math.Pow(table.Rows[row][column] - means[column], 2)))).ToArray();
        var classes = table.Values.Distinct().Order(ClassOrder.Instance).ToArray();
        var isNumber = classes.Length > MostClasses
            && classes.All(value => double.TryParse(value, CultureInfo.InvariantCulture, out _));
        if (classes.Length < 2)
            throw new DataException(table.Source, $"column '{table.Target}' holds '{classes[0]}' only");
        return config with
        {
            Features = table.Features,
            Means = [.. means.Select(mean => (float)mean)],
            Deviations = [.. deviations.Select(deviation => deviation > 0 ? (float)deviation : 1f)],
            Target = table.Target,
            Classes = isNumber ? [] : classes,
            Loss = isNumber ? MlpLoss.Regression : config.Loss == MlpLoss.Regression ? MlpLoss.CrossEntropy : config.Loss,
        };
    }

    // Numbers by their value, before words by their letters.
    private sealed class ClassOrder : IComparer<string>
    {
        public static ClassOrder Instance { get; } = new();

        public int Compare(string? x, string? y) => (Number(x), Number(y)) switch
        {
            ({ } a, { } b) => a.CompareTo(b),
            ({ }, null) => -1,
            (null, { }) => 1,
            _ => string.CompareOrdinal(x, y),
        };

        private static double? Number(string? text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
