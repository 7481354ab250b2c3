using System.Diagnostics;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures a perceptron on rows of a table.</summary>
internal sealed class MlpEvaluator(Device device, MlpModel model, TableBatches rows) : IDisposable
{
    private const int Batch = 256; // rows, where a table is measured by itself

    private readonly RecordedStep _outputs = new(device, (graph, given) => model.Forward(graph.Input(given[0])), isTraining: false);

    /// <summary>Measures the model of a run on a table.</summary>
    /// <exception cref="DataException">The table cannot be read, or does not have the columns and classes of the model.</exception>
    public static Evaluation OfRun(Device device, RunFolder run, string data, CancellationToken cancellation)
    {
        var config = MlpConfig.Load(run.Config);
        var table = Table.Read(data, config.Target);
        if (!table.Features.SequenceEqual(config.Features))
        {
            throw new DataException(data,
                $"its columns are {string.Join(", ", table.Features)}, those of the model {string.Join(", ", config.Features)}");
        }
        using var model = run.Fill(new MlpModel(device, config));
        using var evaluator = new MlpEvaluator(
            device, model, new(config, table, [.. Enumerable.Range(0, table.Rows.Count)], Batch, seed: 0));
        return evaluator.Evaluate(cancellation);
    }

    /// <summary>Measures the model as it is now.</summary>
    public Evaluation Evaluate(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var batch = rows.NewBatch();
        var outputs = model.Config.Outputs;
        var (loss, right, count) = (0.0, 0, 0);
        for (var index = 0; index < rows.BatchesPerEpoch; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = rows.Read(0, index, batch);
            var values = _outputs.Run(batch).ToArray();
            using var graph = device.BeginGraph(isTraining: false);
            loss += read * model.Loss(graph.Input(values, [read, outputs]), graph.Input(batch[1])).Item();
            for (var row = 0; row < read && model.Config.Loss != MlpLoss.Regression; row++)
                right += Predict(values.AsSpan(row * outputs, outputs)) == rows.ClassOf(0, index, row) ? 1 : 0;
            count += read;
        }
        loss /= count;
        var metrics = model.Config.Loss == MlpLoss.Regression
            ? new Dictionary<string, double> { ["root_mean_squared_error"] = Math.Sqrt(loss) }
            : new() { ["accuracy"] = (double)right / count };
        return new(loss, metrics, count, clock.Elapsed.TotalSeconds);
    }

    public void Dispose() => _outputs.Dispose();

    private static int Predict(ReadOnlySpan<float> outputs) =>
        outputs.Length == 1 ? outputs[0] > 0.5f ? 1 : 0 : outputs.IndexOfMax();
}
