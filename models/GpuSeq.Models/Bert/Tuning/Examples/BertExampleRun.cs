using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>What a run of a fine-tuning on examples has beside the model and the training.</summary>
public record BertExampleRun : BertTuningRun
{
    /// <summary>The task of GLUE whose files the data has; null for data of other layouts.</summary>
    public string? Task { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Fault => Task is null || GlueTask.Find(Task) is not null ? base.Fault : $"the task '{Task}' is not known";
}
