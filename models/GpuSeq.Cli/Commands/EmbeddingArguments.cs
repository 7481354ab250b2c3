using System.CommandLine;
using GpuSeq.Models.Embeddings;

namespace GpuSeq.Cli.Commands;

/// <summary>How commands turn texts into vectors.</summary>
internal sealed class EmbeddingArguments
{
    private readonly Option<EmbeddingPooling?> _pooling = CommonOptions.OptionalChoice<EmbeddingPooling>(
        "--pooling", "What a text's vector is made of: cls, the first token; mean or max, all tokens (default: as the "
            + "folder says, else mean).");

    private readonly Option<bool?> _normalize = new("--normalize")
    {
        Description = "Whether vectors get the length 1 (default: as the folder says, else not).",
    };

    private readonly Option<int?> _maxLength = CommonOptions.OptionalNumber(
        "--max-length", "The most tokens of a text; longer ones are cut (default: as the folder says, else as the model has places).", 2);

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _pooling, _normalize, _maxLength })
            command.Add(option);
    }

    public EmbeddingOptions Of(ParseResult call) => new()
    {
        Pooling = call.GetValue(_pooling),
        Normalizes = call.GetValue(_normalize),
        MaxLength = call.GetValue(_maxLength),
    };
}
