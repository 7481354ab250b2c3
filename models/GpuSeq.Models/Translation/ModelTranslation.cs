using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>Loads trained models that translate.</summary>
public static class ModelTranslation
{
    private static readonly Dictionary<string, Func<Device, RunFolder, ITranslator>> Families = new()
    {
        [Seq2SeqConfig.Type] = Seq2SeqTranslator.Load,
    };

    /// <summary>Loads the best model of a run.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="run">The folder of the run or of the model.</param>
    /// <exception cref="DataException">The folder holds no model that translates.</exception>
    /// <exception cref="GpuSeq.Engine.Checkpoints.CheckpointException">The parameters cannot be read, or do not fit.</exception>
    public static ITranslator Load(Device device, RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var type = JsonFile.TypeOf(run.Config);
        return Families.TryGetValue(type, out var load)
            ? load(device, run)
            : throw new DataException(run.Config, $"a model of type '{type}' is none that translates");
    }
}
