using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A step of word vectors: skip-gram, or continuous bag of words.</summary>
public sealed class WordVectorCase : KernelCase
{
    private const float Rate = 0.1f;

    private readonly int _dimension;
    private readonly bool _isCbow;

    /// <summary>A step for random words; a window of 0 makes it skip-gram.</summary>
    public WordVectorCase(int rows, int dimension, int examples, int negatives, int window)
        : base(
            window > 0 ? "word-vectors-cbow" : "word-vectors-skip-gram",
            $"{rows}x{dimension} batch {examples} negatives {negatives}{(window > 0 ? $" window {window}" : "")}")
    {
        (_dimension, _isCbow) = (dimension, window > 0);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            InputOutput("input", data.Uniform(rows * dimension));
            InputOutput("output", data.Uniform(rows * dimension));
            Input("words", data.Indices(examples * Math.Max(1, window), rows));
            Input("lengths", _isCbow ? data.Indices(examples, window + 1) : [.. Enumerable.Repeat(1, examples)]);
            Input("targets", data.Indices(examples, rows));
            Input("negatives", data.Indices(examples * negatives, rows));
            Output("losses", examples);
        });
        Tolerance = Tolerance.Rounding(dimension + (double)examples * (negatives + 1) / Math.Max(1, rows));
    }

    // Of the tables, the rows that the examples name are read and written.
    /// <inheritdoc/>
    public override double Bytes
    {
        get
        {
            var (words, lengths, targets, negatives) = (Ints(2), Ints(3), Ints(4), Ints(5));
            var inputs = Enumerable.Range(0, lengths.Length)
                .SelectMany(b => words.AsSpan(b * (words.Length / lengths.Length), lengths[b]).ToArray()).ToArray();
            var indices = inputs.Length + (_isCbow ? lengths.Length : 0) + targets.Length + negatives.Length;
            var rows = inputs.Distinct().Count() + targets.Union(negatives).Count();
            return sizeof(float) * (2.0 * rows * _dimension + indices + lengths.Length); // a loss for each example

            int[] Ints(int operand) => Operands[operand].Ints!;
        }
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, Rate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (Operands[4].Length == 0)
            return false;
        Launch(kernels, views, 1.01f * Rate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (input, output) = (arrays["input"], arrays["output"]);
        var (words, lengths) = (arrays.Indices("words"), arrays.Indices("lengths"));
        var (targets, negatives) = (arrays.Indices("targets"), arrays.Indices("negatives"));
        WordVectorReference.Losses(_dimension, input, output, words, lengths, targets, negatives).CopyTo(arrays["losses"], 0);
        WordVectorReference.Step(_dimension, input, output, words, lengths, targets, negatives, T.CreateChecked(Rate));
    }

    private void Launch(KernelLibrary kernels, CaseViews views, float rate)
    {
        var (input, output, words) = (views["input"], views["output"], views.Indices("words"));
        var (targets, negatives, losses) = (views.Indices("targets"), views.Indices("negatives"), views["losses"]);
        if (_isCbow)
            kernels.WordVectors.Cbow(_dimension, input, output, words, views.Indices("lengths"), targets, negatives, rate, losses);
        else
            kernels.WordVectors.SkipGram(_dimension, input, output, words, targets, negatives, rate, losses);
    }
}

/// <summary>The sweep over steps of word vectors.</summary>
public static class WordVectorCases
{
    private static readonly (int Rows, int Dimension, int Examples, int Negatives)[] Sizes =
    [
        (5, 3, 0, 2), (3, 1, 1, 1), (5, 7, 3, 0), (7, 8, 5, 5), (31, 9, 17, 7), (2, 15, 20, 3), (65, 17, 33, 8), (1031, 33, 61, 9),
        (97, 100, 131, 5),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All => Sizes.SelectMany((size, i) => new KernelCase[]
    {
        new WordVectorCase(size.Rows, size.Dimension, size.Examples, size.Negatives, window: 0),
        new WordVectorCase(size.Rows, size.Dimension, size.Examples, size.Negatives, window: 1 + i),
    });

    /// <summary>Batches of a small corpus.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new WordVectorCase(10_000, 100, 4096, 5, window: 0);
            yield return new WordVectorCase(10_000, 100, 4096, 5, window: 10);
        }
    }
}
