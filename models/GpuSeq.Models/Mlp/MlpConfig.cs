using System.Text.Json.Serialization;

namespace GpuSeq.Models;

/// <summary>What a perceptron's outputs are held against.</summary>
public enum MlpLoss
{
    /// <summary>Softmax and cross-entropy; one output for each class.</summary>
    CrossEntropy,

    /// <summary>
    /// The squared error of sigmoid outputs, as back-propagation was introduced (Rumelhart, Hinton and Williams 1986); one output
    /// for two classes, else one for each.
    /// </summary>
    SquaredError,

    /// <summary>The squared error of a number.</summary>
    Regression,
}

/// <summary>The activations of a perceptron's hidden layers.</summary>
public enum MlpActivation
{
    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>x times the share of a normal distribution below x (Hendrycks and Gimpel 2016).</summary>
    Gelu,
}

/// <summary>The form of a multi-layer perceptron, and what its numbers mean.</summary>
public sealed record MlpConfig
{
    /// <summary>What <c>config.json</c> says of every perceptron.</summary>
    public const string Type = "mlp";

    /// <summary>The kind of model.</summary>
    [JsonInclude]
    public string ModelType { get; private init; } = Type;

    /// <summary>The names of the columns that it takes.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The mean of each column in the training data, which is subtracted.</summary>
    public required IReadOnlyList<float> Means { get; init; }

    /// <summary>The standard deviation of each column in the training data, by which is divided.</summary>
    public required IReadOnlyList<float> Deviations { get; init; }

    /// <summary>The name of the column that it predicts.</summary>
    public required string Target { get; init; }

    /// <summary>The classes in the order of their numbers; empty where it predicts a number.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The sizes of the hidden layers.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [4];

    /// <summary>The activation of the hidden layers.</summary>
    public MlpActivation Activation { get; init; } = MlpActivation.Sigmoid;

    /// <summary>What its outputs are held against.</summary>
    public MlpLoss Loss { get; init; }

    /// <summary>The share of hidden values that is dropped in training.</summary>
    public float Dropout { get; init; }

    /// <summary>Whether hidden layers are computed again in the backward pass, which saves memory and costs time.</summary>
    public bool Recomputes { get; init; }

    /// <summary>The number of outputs.</summary>
    internal int Outputs => Loss switch
    {
        MlpLoss.Regression => 1,
        MlpLoss.SquaredError when Classes.Count == 2 => 1,
        _ => Classes.Count,
    };

    /// <summary>Reads the file of a model folder.</summary>
    /// <exception cref="DataException">It is not such a file.</exception>
    public static MlpConfig Load(string path) => JsonFile.LoadConfig<MlpConfig>(path, Type);

    /// <summary>Writes the file.</summary>
    public void Save(string path) => JsonFile.Save(path, this);
}
