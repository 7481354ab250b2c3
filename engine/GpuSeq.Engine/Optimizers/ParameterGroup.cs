namespace GpuSeq.Engine;

/// <summary>
/// Parameters that an optimizer treats in a way of their own. A parameter belongs to the first group of the optimizer's list
/// that contains it; one that none contains has the optimizer's own learning rate and weight decay.
/// </summary>
/// <param name="name">What people call it.</param>
/// <param name="contains">Whether a parameter belongs to it.</param>
public sealed class ParameterGroup(string name, Func<Parameter, bool> contains)
{
    /// <summary>
    /// Parameters of one dimension, biases and layer norms' among them, without weight decay: so BERT and GPT-3 were trained
    /// (Devlin et al. 2019, the code published with it; Brown et al. 2020).
    /// </summary>
    public static ParameterGroup WithoutDecay { get; } =
        new("without decay", parameter => parameter.Shape.Rank <= 1) { WeightDecay = 0 };

    /// <summary>What people call it.</summary>
    public string Name { get; } = name;

    /// <summary>Whether a parameter belongs to it.</summary>
    public Func<Parameter, bool> Contains { get; } = contains;

    /// <summary>What its learning rate is of the optimizer's.</summary>
    public float LearningRateFactor { get; init; } = 1f;

    /// <summary>Its weight decay; null for the optimizer's.</summary>
    public double? WeightDecay { get; init; }
}
