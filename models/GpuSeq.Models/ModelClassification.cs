using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Opens trained classifiers of texts.</summary>
public static class ModelClassification
{
    private static readonly Dictionary<string, Func<Device, RunFolder, ITextClassifier>> Families = new()
    {
        [ElmoLabelConfig.Type] = ElmoLabeller.LoadClassifier,
        [TextClassifierConfig.Type] = TextClassifier.Load,
    };

    /// <summary>Opens the best model of a run.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="run">The folder of the run or of the model.</param>
    /// <exception cref="DataException">The folder holds no model that classifies texts.</exception>
    public static ITextClassifier Open(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var type = JsonFile.TypeOf(run.Config);
        return Families.TryGetValue(type, out var open)
            ? open(device, run)
            : throw new DataException(run.Config, $"a model of type '{type}' does not classify texts");
    }
}
