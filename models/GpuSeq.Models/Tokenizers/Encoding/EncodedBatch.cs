namespace GpuSeq.Models;

/// <summary>Where the padding of a batch stands.</summary>
public enum PaddingSide
{
    /// <summary>Behind the tokens.</summary>
    Right,

    /// <summary>Before the tokens.</summary>
    Left,
}

/// <summary>How wide a batch is.</summary>
public sealed record PaddingOptions
{
    /// <summary>T, the least width; the longest text makes it wider.</summary>
    public int Width { get; init; }

    /// <summary>What the width is a multiple of.</summary>
    public int Multiple { get; init; } = 1;

    /// <summary>Where the padding stands.</summary>
    public PaddingSide Side { get; init; }
}

/// <summary>Several encoded texts side by side, filled up to one width: all arrays are [B, T], row by row.</summary>
public sealed record EncodedBatch
{
    private EncodedBatch(int count, int width) => (Count, Width, Ids, Types, Mask) =
        (count, width, new int[count * width], new int[count * width], new int[count * width]);

    /// <summary>B, how many texts there are.</summary>
    public int Count { get; }

    /// <summary>T, how wide each row is.</summary>
    public int Width { get; }

    /// <summary>The tokens.</summary>
    public int[] Ids { get; }

    /// <summary>The type of each token; 0 where there is padding.</summary>
    public int[] Types { get; }

    /// <summary>1 for tokens, 0 for padding (<c>attention_mask</c>).</summary>
    public int[] Mask { get; }

    /// <summary>How many tokens each row has. [B]</summary>
    public required int[] Lengths { get; init; }

    /// <summary>Fills texts up to one width.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="padding">The token that fills.</param>
    /// <param name="options">How wide; as wide as the longest text where there are none.</param>
    public static EncodedBatch Of(IReadOnlyList<EncodedText> texts, int padding, PaddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Multiple, 1);
        var longest = Math.Max(options.Width, texts.Select(text => text.Length).DefaultIfEmpty().Max());
        var width = (longest + options.Multiple - 1) / options.Multiple * options.Multiple;
        var batch = new EncodedBatch(texts.Count, width) { Lengths = [.. texts.Select(text => text.Length)] };
        batch.Ids.AsSpan().Fill(padding);
        foreach (var (row, text) in texts.Index())
        {
            var begin = row * width + (options.Side == PaddingSide.Left ? width - text.Length : 0);
            text.Ids.CopyTo(batch.Ids, begin);
            text.Types.CopyTo(batch.Types, begin);
            batch.Mask.AsSpan(begin, text.Length).Fill(1);
        }
        return batch;
    }
}
