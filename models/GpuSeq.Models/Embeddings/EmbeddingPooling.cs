namespace GpuSeq.Models.Embeddings;

/// <summary>How the hidden states of a text become one vector.</summary>
public enum EmbeddingPooling
{
    /// <summary>That of the first token.</summary>
    Cls,

    /// <summary>The mean over all tokens (Reimers and Gurevych 2019, section 3).</summary>
    Mean,

    /// <summary>The largest value of each element over all tokens.</summary>
    Max,
}

/// <summary>Makes one vector of the hidden states of a text.</summary>
internal static class EmbeddingPoolings
{
    /// <summary>The vector of a text.</summary>
    /// <param name="pooling">How it is made.</param>
    /// <param name="states">[T, C], row by row; what stands behind the tokens is padding.</param>
    /// <param name="tokens">How many rows are tokens.</param>
    /// <param name="width">C.</param>
    public static float[] Pool(this EmbeddingPooling pooling, ReadOnlySpan<float> states, int tokens, int width)
    {
        var vector = states[..width].ToArray();
        for (var token = 1; token < tokens && pooling != EmbeddingPooling.Cls; token++)
        {
            var state = states.Slice(token * width, width);
            for (var i = 0; i < width; i++)
                vector[i] = pooling == EmbeddingPooling.Mean ? vector[i] + state[i] : Math.Max(vector[i], state[i]);
        }
        for (var i = 0; i < width && pooling == EmbeddingPooling.Mean; i++)
            vector[i] /= tokens;
        return vector;
    }
}
