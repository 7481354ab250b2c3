using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>What a run of the recipe <c>distill</c> has beside the model and the training.</summary>
public sealed record DistillRun : BertExampleRun
{
    /// <summary>The folder of the teacher.</summary>
    public string Teacher { get; init; } = "";

    /// <summary>What logits are divided by before they become probabilities.</summary>
    public float Temperature { get; init; } = 2f;

    /// <summary>The share of the teacher in the loss; the rest is that of the right labels.</summary>
    public float Alpha { get; init; } = 0.5f;

    /// <summary>The layers of the student; null for half of the teacher's.</summary>
    public int? Layers { get; init; }

    /// <summary>The width of the student; null for the teacher's.</summary>
    public int? Width { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Fault => this switch
    {
        { Temperature: not > 0f } => "the temperature is not positive",
        { Alpha: not (>= 0f and <= 1f) } => "alpha is not in [0, 1]",
        { Layers: < 1 } or { Width: < 1 } => "a size is not positive",
        _ => base.Fault,
    };

    /// <summary>The form of the student; of another width its heads are as wide as the teacher's, if that divides it.</summary>
    internal BertConfig StudentOf(BertConfig teacher)
    {
        var student = teacher with { Layers = Layers ?? Math.Max(1, teacher.Layers / 2) };
        if (Width is not { } width || width == teacher.Width)
            return student;
        var size = teacher.Width / teacher.Heads;
        return student with
        {
            Width = width,
            NarrowWidth = teacher.ModelType is BertConfig.Albert or BertConfig.Electra ? teacher.EmbeddingWidth : null,
            Heads = width % size == 0 ? width / size : 1,
            Inner = (int)((long)teacher.Inner * width / teacher.Width),
        };
    }
}
