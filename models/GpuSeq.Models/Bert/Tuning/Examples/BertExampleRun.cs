using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>What a run of a fine-tuning on examples has beside the model and the training.</summary>
public record BertExampleRun : BertTuningRun
{
    /// <summary>What is told of texts.</summary>
    public TextProblem Problem { get; init; }

    /// <summary>The task of GLUE whose files the data has; null for data of other layouts.</summary>
    public string? Task { get; init; }

    /// <summary>How its data is read.</summary>
    [JsonIgnore]
    public ExampleForm Form => new(Problem, Task);

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Fault => Task is null || GlueTask.Find(Task) is not null ? base.Fault : $"the task '{Task}' is not known";
}
