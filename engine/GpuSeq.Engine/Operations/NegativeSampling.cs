namespace GpuSeq.Engine;

public static partial class Operations
{
    /// <summary>
    /// A whole step of training word vectors with negative sampling (Mikolov et al. 2013, "Distributed Representations of Words
    /// and Phrases and their Compositionality", equation 4): the losses [B] of a batch, after which the tables are changed as SGD
    /// on their sum changes them. Only the rows of words that occur are touched, and no gradient is written.
    /// </summary>
    /// <param name="words">
    /// Rows of the input table: [B], each of which foretells its target (skip-gram), or [B, W], whose mean does (CBOW).
    /// </param>
    /// <param name="input">[V, C], changed.</param>
    /// <param name="output">[V, C], changed.</param>
    /// <param name="targets">[B], rows of the output table.</param>
    /// <param name="negatives">[B, K], rows of the output table that are noise.</param>
    /// <param name="learningRate">One number, which may differ from run to run of a recorded step.</param>
    /// <param name="lengths">[B], how many of the W words an example has; null for skip-gram.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or words are not integers.</exception>
    public static Tensor NegativeSamplingStep(
        this Tensor words, Parameter input, Parameter output, Tensor targets, Tensor negatives, Tensor learningRate,
        Tensor? lengths = null)
    {
        const string Name = nameof(NegativeSamplingStep);
        var graph = Graph.Of(Name, words, targets, negatives, learningRate, lengths);
        CheckTables(Name, input, output);
        CheckExamples(Name, words, targets, negatives, lengths);
        if (learningRate.Shape.ElementCount != 1)
            throw new ShapeException(Name, $"learning rate {learningRate.Shape} [1]");
        var losses = graph.New(targets.Shape);
        var (kernels, dimension) = (graph.Kernels.WordVectors, input.Shape[1]);
        if (lengths is null)
        {
            kernels.SkipGram(
                dimension, input.Floats, output.Floats, words.Ints, targets.Ints, negatives.Ints, 1f, losses.Floats, learningRate.Floats);
        }
        else
        {
            kernels.Cbow(
                dimension, input.Floats, output.Floats, words.Ints, lengths.Ints, targets.Ints, negatives.Ints, 1f, losses.Floats,
                learningRate.Floats);
        }
        if (graph.ChecksFinite)
            Graph.CheckResults(Name, [words, targets, negatives], [losses]);
        return losses;
    }

    private static void CheckTables(string operation, Parameter input, Parameter output)
    {
        if (input.Shape.Rank != 2 || !input.Shape.Equals(output.Shape))
            throw new ShapeException(operation, $"tables {input} and {output} [V, C]");
    }

    private static void CheckExamples(string operation, Tensor words, Tensor targets, Tensor negatives, Tensor? lengths)
    {
        var isWhole = words.ElementType == ElementType.Int32 && targets.ElementType == ElementType.Int32
            && negatives.ElementType == ElementType.Int32 && lengths is not { ElementType: not ElementType.Int32 };
        var fits = targets.Shape.Rank == 1 && negatives.Shape.Rank == 2 && negatives.Shape[0] == targets.Shape[0]
            && (lengths is null ? words.Shape.Equals(targets.Shape)
                : words.Shape.Rank == 2 && words.Shape[0] == targets.Shape[0] && lengths.Shape.Equals(targets.Shape));
        if (!isWhole || !fits)
        {
            var ofWords = lengths is null ? "" : $", lengths {lengths}";
            throw new ShapeException(operation, $"words {words}, targets {targets}, negatives {negatives}{ofWords}");
        }
    }
}
