namespace GpuSeq.Models;

/// <summary>Writes several texts side by side, token by token.</summary>
internal sealed class TokenWriter
{
    private readonly ITokenDecoder _decoder;
    private readonly IReadOnlyList<int[]> _prompts;
    private readonly Sampler[] _samplers;
    private readonly int[] _last; // -1 where a text is over
    private readonly int? _end;

    /// <param name="decoder">The model.</param>
    /// <param name="prompts">Tokens that each text begins with, at least one.</param>
    /// <param name="sampling">How tokens are chosen.</param>
    /// <param name="end">The token that ends a text; null where none does.</param>
    public TokenWriter(ITokenDecoder decoder, IReadOnlyList<int[]> prompts, SamplingOptions sampling, int? end)
    {
        (_decoder, _prompts, _end) = (decoder, prompts, end);
        _last = new int[prompts.Count];
        // The first text has the seed itself, so that it does not depend on how many others there are.
        _samplers =
        [
            .. prompts.Select((_, text) => new Sampler(
                text == 0 ? sampling : sampling with { Seed = sampling.Seed ^ SplitMix64.Mix((ulong)text) })),
        ];
        for (var text = 0; text < prompts.Count; text++)
            _samplers[text].Read(prompts[text]);
    }

    /// <summary>Ends a text.</summary>
    public void End(int text) => _last[text] = -1;

    /// <summary>The tokens as they are chosen, text by text in each round; the one that ends a text is among them.</summary>
    /// <param name="length">The most of each text.</param>
    public IEnumerable<(int Text, int Token)> Write(int length)
    {
        for (var round = 0; round < length && _last.Any(token => token >= 0); round++)
        {
            var logits = round == 0 ? _decoder.Begin(_prompts) : _decoder.Continue(_last);
            var vocabulary = logits.Length / _last.Length;
            for (var text = 0; text < _last.Length; text++)
            {
                if (_last[text] < 0)
                    continue;
                var token = _samplers[text].Choose(logits.AsSpan(text * vocabulary, vocabulary));
                _last[text] = token == _end ? -1 : token;
                yield return (text, token);
            }
        }
    }
}
