using System.Text.Json;

namespace GpuSeq.Models;

/// <summary><c>tokenizer.json</c> of a byte-level byte-pair encoding, as far as it says how text is encoded.</summary>
internal sealed record TokenizerJson
{
    private const string Kind = "BPE";

    public string Version { get; init; } = "1.0";

    public AddedToken[]? AddedTokens { get; init; }

    public JsonElement? Normalizer { get; init; }

    public ByteLevel? PreTokenizer { get; init; }

    public ByteLevel? PostProcessor { get; init; }

    public ByteLevel? Decoder { get; init; }

    public Pairs? Model { get; init; }

    /// <summary>Why it cannot be read, null where it can.</summary>
    internal string? Fault => this switch
    {
        { Model: null } => "it has no model",
        { Model.Type: not (null or Kind) } => $"the model is of type '{Model.Type}', not '{Kind}'",
        { Model.Vocab: null } => "the model has no vocab",
        { Model.Merges: null } => "the model has no merges",
        { Model.ContinuingSubwordPrefix.Length: > 0 } or { Model.EndOfWordSuffix.Length: > 0 } or { Model.ByteFallback: true } =>
            "the model is not byte-level: it marks parts of words or falls back to bytes",
        { PreTokenizer: not { Type: ByteLevel.Kind, UseRegex: true } } =>
            $"the pre_tokenizer is not '{ByteLevel.Kind}' with the pattern of GPT-2",
        { Normalizer: { ValueKind: not JsonValueKind.Null } } => "it has a normalizer, which byte-level encoding does not support",
        _ => null,
    };

    /// <summary>What cuts into words, or puts them together.</summary>
    internal sealed record ByteLevel(
        string Type = ByteLevel.Kind, bool AddPrefixSpace = false, bool TrimOffsets = true, bool UseRegex = true)
    {
        public const string Kind = "ByteLevel";
    }

    /// <summary>The tokens and the pairs that are merged, each as <c>"a b"</c> or as <c>["a", "b"]</c>.</summary>
    internal sealed record Pairs
    {
        public string? Type { get; init; } = Kind;

        public string? ContinuingSubwordPrefix { get; init; }

        public string? EndOfWordSuffix { get; init; }

        public bool ByteFallback { get; init; }

        public Dictionary<string, int>? Vocab { get; init; }

        public JsonElement[]? Merges { get; init; }
    }
}
