namespace GpuSeq.Models;

/// <summary>
/// Forms of models by name: those that were published, and a small one to begin with. GPT-3's paper (Brown et al. 2020, table
/// 2.1) does not say how wide the band of its sparse layers is: here 256 tokens. Its XL has 24 heads there and its 13B a width of
/// 5140, which do not go together with the head size of 128; here 16 heads, and 5120.
/// </summary>
public static class GptSizes
{
    /// <summary>The small one's name: for characters, in minutes on a processor.</summary>
    public const string Mini = "mini";

    private const int Gpt1Tokens = 40478;
    private const int EndOfText = 50256; // <|endoftext|>, the last token of GPT-2
    private const int Band = 256;

    private static readonly OrderedDictionary<string, GptConfig> Sizes = new()
    {
        [Mini] = new() { Layers = 4, Width = 192, Heads = 6, Context = 128, InitializerRange = 0.04f }, // GPT-2's by the root of its width
        ["gpt"] = new() { ModelType = GptConfig.Gpt1, VocabSize = Gpt1Tokens, Context = 512, Afn = "gelu" },
        ["gpt2"] = OfGpt2(12, 768, 12),
        ["gpt2-medium"] = OfGpt2(24, 1024, 16),
        ["gpt2-large"] = OfGpt2(36, 1280, 20),
        ["gpt2-xl"] = OfGpt2(48, 1600, 25),
        ["gpt3-small"] = OfGpt3(12, 768, 12),
        ["gpt3-medium"] = OfGpt3(24, 1024, 16),
        ["gpt3-large"] = OfGpt3(24, 1536, 16),
        ["gpt3-xl"] = OfGpt3(24, 2048, 16),
        ["gpt3-2.7b"] = OfGpt3(32, 2560, 32),
        ["gpt3-6.7b"] = OfGpt3(32, 4096, 32),
        ["gpt3-13b"] = OfGpt3(40, 5120, 40),
        ["gpt3-175b"] = OfGpt3(96, 12288, 96),
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names => Sizes.Keys;

    /// <summary>The form of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static GptConfig Find(string name) => Sizes[name];

    private static GptConfig OfGpt2(int layers, int width, int heads) =>
        new() { Layers = layers, Width = width, Heads = heads, BosTokenId = EndOfText, EosTokenId = EndOfText };

    private static GptConfig OfGpt3(int layers, int width, int heads) =>
        OfGpt2(layers, width, heads) with { ModelType = GptConfig.Gpt3, Context = 2048, AttentionBand = Band };
}
