namespace GpuSeq.Models;

/// <summary>Makes the sequences of tokens of examples (Radford et al. 2018, figure 1).</summary>
/// <param name="config">The form of the model.</param>
/// <param name="tokenizer">Of the texts.</param>
internal sealed class GptTuningSequences(GptTuningConfig config, ITokenizer tokenizer)
{
    /// <summary>The sequences of an example, <see cref="GptTuningConfig.Sequences"/> of them.</summary>
    /// <exception cref="DataException">The tokenizer cannot spell a text.</exception>
    public int[][] Of(IReadOnlyList<string> texts)
    {
        int[][] tokens = [.. texts.Select(tokenizer.Encode)];
        return config.Form switch
        {
            GptTuningForm.Similar => [Join(tokens[0], tokens[1]), Join(tokens[1], tokens[0])],
            GptTuningForm.Choice => [.. tokens.Skip(1).Select(choice => Join(tokens[0], choice))],
            _ => [Join(tokens)],
        };
    }

    // Start, the texts with delimiters between them, extract. Where they are too long, the longest lose their ends.
    private int[] Join(params int[][] texts)
    {
        var room = config.MaxLength - texts.Length - 1;
        int[] lengths = [.. texts.Select(text => text.Length)];
        while (lengths.Sum() > room)
            lengths[Array.IndexOf(lengths, lengths.Max())]--;
        var sequence = new List<int>(config.MaxLength) { config.Start };
        foreach (var (index, text) in texts.Index())
        {
            sequence.AddRange(text.AsSpan(0, lengths[index]));
            sequence.Add(index < texts.Length - 1 ? config.Delimiter : config.Extract);
        }
        return [.. sequence];
    }
}
