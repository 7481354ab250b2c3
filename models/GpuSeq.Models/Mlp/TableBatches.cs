using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Rows of a table as a perceptron takes them: scaled features, and targets as its loss wants them.</summary>
internal sealed class TableBatches : IBatchSource
{
    private readonly MlpConfig _config;
    private readonly Table _table;
    private readonly int[] _rows; // of the table
    private readonly Dictionary<string, int> _classNumbers;
    private readonly int[] _classes; // by row of the table
    private readonly float[] _numbers; // by row of the table
    private readonly EpochOrder _order;
    private readonly Dictionary<int, (Shape Features, Shape Targets)> _shapes = [];

    /// <param name="config">How features are scaled and targets are written.</param>
    /// <param name="table">The table.</param>
    /// <param name="rows">The rows to take.</param>
    /// <param name="batch">Rows of a batch.</param>
    /// <param name="seed">Of the order.</param>
    /// <exception cref="DataException">A target is not of the configuration's classes, or no number.</exception>
    public TableBatches(MlpConfig config, Table table, int[] rows, int batch, ulong seed)
    {
        (_config, _table, _rows) = (config, table, rows);
        _order = new(rows.Length, batch, seed);
        _classNumbers = config.Classes.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        _classes = config.Loss == MlpLoss.Regression ? [] : [.. table.Values.Select(Class)];
        _numbers = config.Loss == MlpLoss.Regression ? [.. table.Values.Select(Number)] : [];
    }

    public int BatchesPerEpoch => _order.Batches;

    public Batch NewBatch() =>
        new(ElementType.Float32, _config.Loss == MlpLoss.CrossEntropy ? ElementType.Int32 : ElementType.Float32);

    public int Read(int epoch, int index, Batch batch)
    {
        var chosen = _order[epoch, index];
        if (!_shapes.TryGetValue(chosen.Length, out var shapes))
        {
            Shape targets = _config.Loss == MlpLoss.CrossEntropy ? [chosen.Length] : [chosen.Length, _config.Outputs];
            _shapes[chosen.Length] = shapes = ([chosen.Length, _config.Features.Count], targets);
        }
        batch[0].Resize(shapes.Features);
        batch[1].Resize(shapes.Targets);
        for (var i = 0; i < chosen.Length; i++)
            Write(_rows[chosen[i]], i, batch);
        return chosen.Length;
    }

    /// <summary>The class of a row.</summary>
    public int ClassOf(int epoch, int index, int place) => _classes[_rows[_order[epoch, index][place]]];

    private void Write(int row, int place, Batch batch)
    {
        var count = _config.Features.Count;
        var features = batch[0].Floats[(place * count)..];
        for (var column = 0; column < count; column++)
            features[column] = (_table.Rows[row][column] - _config.Means[column]) / _config.Deviations[column];
        switch (_config.Loss)
        {
            case MlpLoss.CrossEntropy:
                batch[1].Ints[place] = _classes[row];
                break;
            case MlpLoss.Regression:
                batch[1].Floats[place] = _numbers[row];
                break;
            default:
                for (var output = 0; output < _config.Outputs; output++)
                    batch[1].Floats[place * _config.Outputs + output] = _classes[row] == (_config.Outputs == 1 ? 1 : output) ? 1f : 0f;
                break;
        }
    }

    private int Class(string value)
    {
        return _classNumbers.TryGetValue(value, out var number) ? number : throw new DataException(
            _table.Source, $"column '{_config.Target}' holds '{value}', which is none of the model's classes");
    }

    private float Number(string value, int row) =>
        float.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var number) && float.IsFinite(number)
            ? number
            : throw new DataException(_table.Source, $"row {row + 1}, column '{_config.Target}': '{value}' is not a number");
}
