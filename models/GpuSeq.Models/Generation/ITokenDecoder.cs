namespace GpuSeq.Models;

/// <summary>A model that reads several texts side by side and tells what may follow each, token by token.</summary>
internal interface ITokenDecoder : IDisposable
{
    /// <summary>Reads what the texts begin with.</summary>
    /// <param name="prompts">Tokens of each text, at least one.</param>
    /// <returns>[B, V], the logits of the next tokens; the next call uses the memory again.</returns>
    float[] Begin(IReadOnlyList<int[]> prompts);

    /// <summary>Reads one more token of each text.</summary>
    /// <param name="tokens">[B]; -1 for a text that is over, whose logits mean nothing.</param>
    /// <returns>[B, V], the logits of the next tokens; the next call uses the memory again.</returns>
    float[] Continue(ReadOnlySpan<int> tokens);
}
