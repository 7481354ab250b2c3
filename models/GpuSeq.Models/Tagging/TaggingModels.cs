using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Loads trained models that tag words.</summary>
public static class TaggingModels
{
    private static readonly Dictionary<string, Func<Device, RunFolder, ITagger>> Families = new()
    {
        [ElmoLabelConfig.Type] = ElmoLabeller.LoadTagger,
        [TaggerConfig.Type] = Tagger.Load,
    };

    /// <summary>Loads the best model of a run.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="run">The folder of the run or of the model.</param>
    /// <exception cref="DataException">The folder holds no model that tags, or a file cannot be read.</exception>
    public static ITagger Load(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var type = JsonFile.TypeOf(run.Config);
        return Families.TryGetValue(type, out var load)
            ? load(device, run)
            : throw new DataException(run.Config, $"a model of type '{type}' does not tag words");
    }
}
