using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Measures trained models on data that they have not seen.</summary>
public static class ModelEvaluation
{
    private delegate Evaluation Measure(Device device, RunFolder run, string data, CancellationToken cancellation);

    private static readonly Dictionary<string, Measure> Families = new()
    {
        [CharRnnConfig.Type] = CharRnnEvaluator.OfRun,
        [CnnConfig.Type] = CnnEvaluator.OfRun,
        [ElmoConfig.Type] = ElmoEvaluator.OfRun,
        [ElmoLabelConfig.Type] = ElmoLabeller.OfRun,
        [MlpConfig.Type] = MlpEvaluator.OfRun,
        [NnlmConfig.Type] = NnlmEvaluator.OfRun,
        [Seq2SeqConfig.Type] = Seq2SeqEvaluator.OfRun,
        [TaggerConfig.Type] = TaggerEvaluator.OfRun,
        [TextClassifierConfig.Type] = TextClassificationEvaluator.OfRun,
        [Word2VecConfig.Type] = Word2VecEvaluator.OfRun,
    };

    /// <summary>Measures the best model of a run.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="run">The folder of the run or of the model.</param>
    /// <param name="data">A file or folder, as the recipe takes it.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="DataException">The folder holds no model that can be measured, or the data cannot be read.</exception>
    public static Evaluation Of(Device device, RunFolder run, string data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var type = JsonFile.TypeOf(run.Config);
        return Families.TryGetValue(type, out var measure)
            ? measure(device, run, data, cancellation)
            : throw new DataException(run.Config, $"a model of type '{type}' is none that can be measured");
    }
}
