using System.Text.Json;

namespace GpuSeq.Models;

/// <summary>Settings in the Hub's configurations that are no sizes: most change nothing of what a model computes.</summary>
internal static class HubSettings
{
    // With these alone a model computes what it does without them.
    private static readonly Dictionary<string, JsonValueKind[]> Required = new()
    {
        ["add_cross_attention"] = [JsonValueKind.False],
        ["is_encoder_decoder"] = [JsonValueKind.False],
        ["quantization_config"] = [JsonValueKind.Null],
    };

    private static readonly HashSet<string> Harmless =
    [
        "architectures", "attn_implementation", "auto_map", "bad_words_ids", "begin_suppress_tokens", "chunk_size_feed_forward",
        "cross_attention_hidden_size", "decoder_start_token_id", "directionality", "diversity_penalty", "do_sample",
        "down_scale_factor", "dtype", "early_stopping", "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty",
        "finetuning_task", "forced_bos_token_id", "forced_eos_token_id", "gap_size", "gradient_checkpointing", "id2label",
        "is_decoder", "label2id", "length_penalty", "max_length", "min_length", "n_ctx", "n_special", "net_structure_type",
        "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_labels", "num_memory_blocks", "num_return_sequences",
        "output_attentions", "output_hidden_states", "output_past", "output_scores", "pad_token_id", "pooler_fc_size",
        "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head", "pooler_type", "predict_special_tokens",
        "prefix", "problem_type", "remove_invalid_values", "reorder_and_upcast_attn", "repetition_penalty", "return_dict",
        "return_dict_in_generate", "sep_token_id", "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss",
        "tokenizer_class", "top_k", "top_p", "torch_dtype", "torchscript", "transformers_version", "typical_p", "use_bfloat16",
        "use_cache",
    ];

    /// <summary>The first setting that is unknown or cannot be met, in one line; null where there is none.</summary>
    public static string? Fault(IReadOnlyDictionary<string, JsonElement>? settings)
    {
        foreach (var (name, value) in settings ?? new Dictionary<string, JsonElement>())
        {
            if (Required.TryGetValue(name, out var kinds))
            {
                if (!kinds.Contains(value.ValueKind))
                    return $"{name} is {value.GetRawText()}, which is not supported";
            }
            else if (name == "pruned_heads")
            {
                if (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any())
                    return "it has pruned_heads, which is not supported";
            }
            else if (!Harmless.Contains(name) && !name.StartsWith('_') && !name.StartsWith("summary_", StringComparison.Ordinal))
            {
                return $"the setting '{name}' is not known";
            }
        }
        return null;
    }
}
