namespace GpuSeq.Models;

/// <summary>The Hub's names of models of BERT's family and of their parameters, where they differ from type to type.</summary>
internal static class BertNames
{
    /// <summary>What stands behind the family in the name of a model that is an encoder alone.</summary>
    public const string Bare = "Model";

    /// <summary>What stands there where a model is as its pre-training leaves it.</summary>
    public const string ForPretraining = "ForPreTraining";

    private const string Gamma = ".gamma";
    private const string Beta = ".beta";

    /// <summary>The parts of the head that foretells tokens.</summary>
    /// <param name="Transform">Its layer.</param>
    /// <param name="Norm">The layer norm behind that.</param>
    /// <param name="Bias">What the name of the logits' bias begins with.</param>
    /// <param name="Decoder">The output layer, whose weight is the table of the tokens' vectors unless a configuration unties them.</param>
    public sealed record MaskedLanguageNames(string Transform, string Norm, string Bias, string Decoder);

    /// <summary>The name of a model's class, such as <c>BertForMaskedLM</c>.</summary>
    public static string Architecture(string modelType, string purpose) =>
        string.Concat(char.ToUpperInvariant(modelType[0]).ToString(), modelType.AsSpan(1), purpose);

    /// <summary>The parts of the head that foretells tokens.</summary>
    public static MaskedLanguageNames OfMaskedLanguage(string modelType) => modelType switch
    {
        BertConfig.Roberta => new("lm_head.dense", "lm_head.layer_norm", "lm_head", "lm_head.decoder"),
        BertConfig.Albert => new("predictions.dense", "predictions.LayerNorm", "predictions", "predictions.decoder"),
        BertConfig.Electra => new(
            "generator_predictions.dense", "generator_predictions.LayerNorm", "generator_lm_head", "generator_lm_head"),
        _ => new("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions", "cls.predictions.decoder"),
    };

    /// <summary>
    /// How a file's names become a model's. Files may have the encoder's names with or without the type in front, layer norms with
    /// gamma and beta, tied tensors under either name or both, and numbers beside the parameters that count places.
    /// </summary>
    /// <param name="config">The form of the model.</param>
    /// <param name="prefix">What the model's names of the encoder begin with, with a dot at its end; empty for an encoder alone.</param>
    /// <param name="inFile">All names of the file.</param>
    public static Func<string, string?> Renaming(BertConfig config, string prefix, IEnumerable<string> inFile)
    {
        var (names, typePrefix) = (OfMaskedLanguage(config.ModelType), $"{config.ModelType}.");
        var words = $"{prefix}embeddings.word_embeddings.weight";
        var present = inFile.Select(Plain).ToHashSet();
        return name => Plain(name) switch
        {
            null => null,
            var plain when plain == $"{names.Decoder}.weight" && config.TiesWeights => present.Contains(words) ? null : words,
            var plain when plain == $"{names.Decoder}.bias" && names.Decoder != names.Bias =>
                present.Contains($"{names.Bias}.bias") ? null : $"{names.Bias}.bias",
            var plain => plain,
        };

        string? Plain(string name)
        {
            if (name.EndsWith(".position_ids", StringComparison.Ordinal) || name.EndsWith(".token_type_ids", StringComparison.Ordinal))
                return null;
            if (name.EndsWith(Gamma, StringComparison.Ordinal))
                name = $"{name[..^Gamma.Length]}.weight";
            else if (name.EndsWith(Beta, StringComparison.Ordinal))
                name = $"{name[..^Beta.Length]}.bias";
            if (name.StartsWith(typePrefix, StringComparison.Ordinal))
                return prefix + name[typePrefix.Length..];
            return IsOfEncoder(name) ? prefix + name : name;
        }
    }

    // In a file without the type in front.
    private static bool IsOfEncoder(string name) =>
        name.StartsWith("embeddings", StringComparison.Ordinal) || name.StartsWith("encoder.", StringComparison.Ordinal)
        || name.StartsWith("pooler.", StringComparison.Ordinal);
}
