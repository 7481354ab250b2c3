using System.Diagnostics;
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
    private readonly TableBatches _validation;
    private readonly RecordedStep _outputs;

    /// <summary>Makes a model for a table.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="table">The table.</param>
    /// <param name="config">The form of the model; what its numbers mean is taken from the table where it has no features yet.</param>
    /// <param name="batch">B, rows of a step.</param>
    /// <param name="seed">Of the first values, the split and the order.</param>
    /// <exception cref="DataException">The table does not fit.</exception>
    public MlpTask(Device device, Table table, MlpConfig config, int batch, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(config);
        var rows = Enumerable.Range(0, table.Rows.Count).ToArray();
        var validation = rows;
        if (rows.Length >= LeastRowsToSplit)
        {
            new SplitMix64(seed).Shuffle(rows.AsSpan());
            (validation, rows) = (rows[..(rows.Length / 10)], rows[(rows.Length / 10)..]);
        }
        if (config.Features.Count == 0)
            config = Describe(config, table, rows);
        Device = device;
        Model = new(device, config, seed);
        _train = new(config, table, rows, batch, seed);
        _validation = new(config, table, validation, batch, seed);
        _outputs = new(device, (graph, given) => Model.Forward(graph.Input(given[0])), isTraining: false);
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
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var batch = _validation.NewBatch();
        var (loss, right, count) = (0.0, 0, 0);
        for (var index = 0; index < _validation.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = _validation.Read(0, index, batch);
            var outputs = _outputs.Run(batch).ToArray();
            using var graph = Device.BeginGraph(isTraining: false);
            loss += rows * Model.Loss(graph.Input(outputs, [rows, Model.Config.Outputs]), graph.Input(batch[1])).Item();
            for (var row = 0; row < rows && Model.Config.Loss != MlpLoss.Regression; row++)
                right += Predict(outputs.AsSpan(row * Model.Config.Outputs, Model.Config.Outputs)) == _validation.ClassOf(0, index, row) ? 1 : 0;
            count += rows;
        }
        loss /= count;
        var metrics = Model.Config.Loss == MlpLoss.Regression
            ? new Dictionary<string, double> { ["root_mean_squared_error"] = Math.Sqrt(loss) }
            : new() { ["accuracy"] = (double)right / count };
        return new(loss, metrics, count, clock.Elapsed.TotalSeconds);
    }

    /// <inheritdoc/>
    public void SaveModelFiles(string folder) => Model.Config.Save(Path.Combine(folder, "config.json"));

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _outputs.Dispose();
        Model.Dispose();
    }

    private static int Predict(ReadOnlySpan<float> outputs)
    {
        if (outputs.Length == 1)
            return outputs[0] > 0.5f ? 1 : 0;
        var best = 0;
        for (var i = 1; i < outputs.Length; i++)
            best = outputs[i] > outputs[best] ? i : best;
        return best;
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
