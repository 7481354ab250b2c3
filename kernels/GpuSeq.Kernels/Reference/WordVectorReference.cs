using System.Numerics;

namespace GpuSeq.Kernels.Reference;

/// <summary>The definition of a step of word vectors with negative sampling.</summary>
public static class WordVectorReference
{
    /// <summary>The losses of the examples.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="input">[V, D].</param>
    /// <param name="output">[V, D].</param>
    /// <param name="words">[B, W].</param>
    /// <param name="lengths">[B].</param>
    /// <param name="targets">[B].</param>
    /// <param name="negatives">[B, K].</param>
    public static T[] Losses<T>(int dimension, T[] input, T[] output, int[] words, int[] lengths, int[] targets, int[] negatives)
        where T : IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(lengths);
        var losses = new T[lengths.Length];
        for (var b = 0; b < losses.Length; b++)
        {
            var h = Hidden(dimension, input, words, lengths, b);
            foreach (var (id, isTarget) in Outputs(targets, negatives, b))
            {
                var score = Score(h, output, id);
                losses[b] += T.Log(T.One + T.Exp(isTarget ? -score : score));
            }
        }
        return losses;
    }

    /// <summary>Subtracts the gradients of the sum of the losses, times a rate, from the tables.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="input">[V, D].</param>
    /// <param name="output">[V, D].</param>
    /// <param name="words">[B, W].</param>
    /// <param name="lengths">[B].</param>
    /// <param name="targets">[B].</param>
    /// <param name="negatives">[B, K].</param>
    /// <param name="rate">The learning rate.</param>
    public static void Step<T>(
        int dimension, T[] input, T[] output, int[] words, int[] lengths, int[] targets, int[] negatives, T rate)
        where T : IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(lengths);
        var (oldInput, oldOutput) = ((T[])input.Clone(), (T[])output.Clone());
        for (var b = 0; b < lengths.Length; b++)
        {
            var h = Hidden(dimension, oldInput, words, lengths, b);
            foreach (var (id, isTarget) in Outputs(targets, negatives, b))
            {
                var factor = T.One / (T.One + T.Exp(-Score(h, oldOutput, id))) - (isTarget ? T.One : T.Zero);
                for (var d = 0; d < dimension; d++)
                {
                    output[id * dimension + d] -= rate * factor * h[d];
                    for (var w = 0; w < lengths[b]; w++)
                    {
                        var word = words[b * (words.Length / lengths.Length) + w];
                        input[word * dimension + d] -= rate * factor * oldOutput[id * dimension + d] / T.CreateChecked(lengths[b]);
                    }
                }
            }
        }
    }

    private static T[] Hidden<T>(int dimension, T[] input, int[] words, int[] lengths, int b)
        where T : IFloatingPointIeee754<T>
    {
        var h = new T[dimension];
        for (var w = 0; w < lengths[b]; w++)
        {
            var word = words[b * (words.Length / lengths.Length) + w];
            for (var d = 0; d < dimension; d++)
                h[d] += input[word * dimension + d] / T.CreateChecked(lengths[b]);
        }
        return h;
    }

    private static IEnumerable<(int Id, bool IsTarget)> Outputs(int[] targets, int[] negatives, int b)
    {
        yield return (targets[b], true);
        var count = negatives.Length / targets.Length;
        for (var k = 0; k < count; k++)
            yield return (negatives[b * count + k], false);
    }

    private static T Score<T>(T[] h, T[] output, int id)
        where T : IFloatingPointIeee754<T>
    {
        var score = T.Zero;
        for (var d = 0; d < h.Length; d++)
            score += h[d] * output[id * h.Length + d];
        return score;
    }
}
