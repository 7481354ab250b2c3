using System.Globalization;
using System.Text.RegularExpressions;
using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// Layers that learn more slowly the nearer they are to the tokens, or not at all (Howard and Ruder 2018, section 3.2; Clark et al.
/// 2020, appendix B). The embeddings are at depth 0, layer n at depth n + 1; what is above the last layer has the full rate. A layer
/// of ALBERT that stands at several depths counts at the last of them.
/// </summary>
internal static partial class LayerRates
{
    /// <summary>The groups of an optimizer: the rate of a layer is that of the one above it times the decay.</summary>
    public static IReadOnlyList<ParameterGroup> Groups(BertConfig config, float decay)
    {
        if (decay == 1f)
            return [ParameterGroup.WithoutDecay];
        var groups = new List<ParameterGroup>();
        for (var depth = 0; depth <= config.Layers; depth++)
        {
            var (own, factor) = (depth, MathF.Pow(decay, config.Layers + 1 - depth));
            var name = depth == 0 ? "embeddings" : $"layer {depth - 1}";
            groups.Add(new($"{name}, without decay", parameter => parameter.Shape.Rank <= 1 && Depth(parameter, config) == own)
            {
                LearningRateFactor = factor,
                WeightDecay = 0,
            });
            groups.Add(new(name, parameter => Depth(parameter, config) == own) { LearningRateFactor = factor });
        }
        return [.. groups, ParameterGroup.WithoutDecay];
    }

    /// <summary>Freezes the embeddings and the first layers.</summary>
    /// <param name="parameters">Of the model.</param>
    /// <param name="config">Its form.</param>
    /// <param name="layers">How many layers; null for not even the embeddings.</param>
    public static void Freeze(ParameterSet parameters, BertConfig config, int? layers)
    {
        foreach (var parameter in parameters.Parameters)
            parameter.IsFrozen = Depth(parameter, config) <= layers;
    }

    // Null above the last layer.
    private static int? Depth(Parameter parameter, BertConfig config)
    {
        if (OfEmbeddings().IsMatch(parameter.Name))
            return 0;
        if (OfLayer().Match(parameter.Name) is not { Success: true } match)
            return null;
        var number = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) + 1;
        return match.Groups[1].Value == "layer" ? number : number * config.Layers / (config.LayerGroups ?? 1);
    }

    [GeneratedRegex(@"(^|\.)(embeddings|embeddings_project|embedding_hidden_mapping_in)\.")]
    private static partial Regex OfEmbeddings();

    [GeneratedRegex(@"\.(layer|albert_layer_groups)\.([0-9]+)\.")]
    private static partial Regex OfLayer();
}
