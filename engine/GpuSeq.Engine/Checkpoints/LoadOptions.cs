namespace GpuSeq.Engine.Checkpoints;

/// <summary>What is allowed to differ between a checkpoint and the model that loads it. By default nothing is.</summary>
public sealed record LoadOptions
{
    /// <summary>Whether tensors of the model may be missing in the checkpoint; they keep their values.</summary>
    public bool AllowMissing { get; init; }

    /// <summary>Whether the checkpoint may hold tensors that the model has not; they are not read.</summary>
    public bool AllowUnexpected { get; init; }

    /// <summary>Whether tensors may differ in shape; those of the model keep their values.</summary>
    public bool AllowMismatched { get; init; }

    /// <summary>
    /// Which tensors of the model, by name, may be missing or differ in shape, such as those of a head that a fine-tuning begins anew;
    /// they keep their values. Null for none.
    /// </summary>
    public Func<string, bool>? MayDiffer { get; init; }

    /// <summary>
    /// Turns a name in the checkpoint into the model's, or into null for a tensor that is left out and not reported. Without it
    /// names are taken as they are.
    /// </summary>
    public Func<string, string?>? Rename { get; init; }
}
