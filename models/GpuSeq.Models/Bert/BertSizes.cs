namespace GpuSeq.Models;

/// <summary>
/// Forms of models by name: those that were published (Devlin et al. 2019; Turc et al. 2019 for the smaller ones; Liu et al. 2019;
/// Lan et al. 2020, table 1; Clark et al. 2020, table 6), and of each kind a small one to begin with, as wide as BERT-Mini.
/// </summary>
public static class BertSizes
{
    private const int RobertaTokens = 50265;
    private const int AlbertTokens = 30000;

    private static readonly OrderedDictionary<string, BertConfig> Sizes = new()
    {
        ["bert-tiny"] = OfBert(2, 128),
        ["bert-mini"] = OfBert(4, 256),
        ["bert-small"] = OfBert(4, 512),
        ["bert-medium"] = OfBert(8, 512),
        ["bert-base"] = OfBert(12, 768),
        ["bert-large"] = OfBert(24, 1024),
        ["roberta-mini"] = OfRoberta(4, 256),
        ["roberta-base"] = OfRoberta(12, 768),
        ["roberta-large"] = OfRoberta(24, 1024),
        ["albert-mini"] = OfAlbert(4, 256, 4),
        ["albert-base"] = OfAlbert(12, 768, 12),
        ["albert-large"] = OfAlbert(24, 1024, 16),
        ["albert-xlarge"] = OfAlbert(24, 2048, 16),
        ["albert-xxlarge"] = OfAlbert(12, 4096, 64),
        ["electra-mini"] = OfElectra(4, 256, 128),
        ["electra-small"] = OfElectra(12, 256, 128),
        ["electra-base"] = OfElectra(12, 768, 768),
        ["electra-large"] = OfElectra(24, 1024, 1024),
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names => Sizes.Keys;

    /// <summary>The form of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static BertConfig Find(string name) => Sizes[name];

    private static BertConfig OfBert(int layers, int width) =>
        new() { Layers = layers, Width = width, Heads = width / 64, Inner = 4 * width };

    private static BertConfig OfRoberta(int layers, int width) => OfBert(layers, width) with
    {
        ModelType = BertConfig.Roberta,
        VocabSize = RobertaTokens,
        Positions = 514,
        Types = 1,
        LayerNormEps = 1e-5f,
        PadTokenId = 1,
        BosTokenId = 0,
        EosTokenId = 2,
    };

    private static BertConfig OfAlbert(int layers, int width, int heads) => OfBert(layers, width) with
    {
        ModelType = BertConfig.Albert,
        VocabSize = AlbertTokens,
        Heads = heads,
        NarrowWidth = 128,
        LayerGroups = 1,
        LayersOfGroup = 1,
        HiddenDropout = 0f, // version 2
        AttentionDropout = 0f,
        ClassifierDropoutProb = 0.1f,
        BosTokenId = 2,
        EosTokenId = 3,
    };

    private static BertConfig OfElectra(int layers, int width, int embedding) =>
        OfBert(layers, width) with { ModelType = BertConfig.Electra, NarrowWidth = embedding };
}
