using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// How a choice is drawn from logits: p = softmax(logits / temperature), restricted to the largest k, and of these to the
/// smallest set of the largest whose share is at least p (the nucleus: Holtzman et al., 2020).
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>What divides the logits; 0 takes the largest.</summary>
    public float Temperature { get; init; } = 1f;

    /// <summary>How many of the largest may be chosen; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>The share of the probability that the set has at least, above 0; 1 for all.</summary>
    public float TopP { get; init; } = 1f;
}

/// <summary>
/// Draws one choice from each row of logits [rows, V]: of the elements that the options leave, in the order of their columns,
/// the first at which the sum of probabilities exceeds u, the random number of the row. Of equal logits the first counts as
/// the larger. A row without a finite largest logit gives the place of its largest, NaN counting as that.
/// </summary>
public sealed class Sampling
{
    private const int ItemsPerThread = 4;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<ulong>, SamplingArguments>? _part;
    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<int>, ArrayView<float>, SamplingArguments>? _group;

    internal Sampling(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        if (library.Shape == KernelShape.Row)
        {
            _part = library.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>,
                ArrayView<ulong>, SamplingArguments>(SamplingRows.Part);
        }
        else
        {
            _group = library.LoadGroupKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>, SamplingArguments>(
                SamplingGroups.Row);
        }
    }

    /// <summary>Draws a choice from each row.</summary>
    /// <param name="logits">[rows, V].</param>
    /// <param name="choices">[rows], each from 0 to V, exclusively.</param>
    /// <param name="columns">V, at least 1.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="call">The number of the call under the seed; row i takes its number i.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other, or an option has no meaning.</exception>
    public void Draw(ArrayView<float> logits, ArrayView<int> choices, int columns, SamplingOptions options, ulong seed, ulong call)
    {
        if (columns < 1 || logits.Length != choices.Length * columns)
            throw SizeMismatch.Of("Sampling", "logits", logits.Length, $"[{choices.Length}, {columns}]");
        Launch(logits, choices, default, choices.IntLength, columns, options, seed, call);
    }

    /// <summary>Gives the logits that options leave, divided by the temperature, and -infinity for others.</summary>
    /// <param name="logits">[rows, V].</param>
    /// <param name="y">[rows, V], other memory than the logits.</param>
    /// <param name="columns">V, at least 1.</param>
    /// <param name="options">What is left; a temperature of 0 leaves the largest as it is.</param>
    /// <exception cref="ArgumentException">The operands do not fit each other, or an option has no meaning.</exception>
    public void Filter(ArrayView<float> logits, ArrayView<float> y, int columns, SamplingOptions options)
    {
        if (columns < 1 || logits.Length % columns != 0)
            throw SizeMismatch.Of("Filter", "logits", logits.Length, $"[rows, {columns}]");
        if (y.Length != logits.Length)
            throw SizeMismatch.Between("Filter", "y", y.Length, "logits", logits.Length);
        Launch(logits, default, y, (int)(logits.Length / columns), columns, options, 0, 0);
    }

    private void Launch(
        ArrayView<float> logits, ArrayView<int> choices, ArrayView<float> y, int rows, int columns, SamplingOptions options, ulong seed,
        ulong call)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (temperature, topK, topP) = (options.Temperature, options.TopK, options.TopP);
        if (!(temperature >= 0f) || !float.IsFinite(temperature))
            throw new ArgumentOutOfRangeException(nameof(options), temperature, "Sampling: a temperature is finite and not negative.");
        if (topK < 0)
            throw new ArgumentOutOfRangeException(nameof(options), topK, "Sampling: the k of top-k is not negative.");
        if (!(topP is > 0f and <= 1f))
            throw new ArgumentOutOfRangeException(nameof(options), topP, "Sampling: the p of top-p is above 0 and at most 1.");
        if (rows == 0)
            return;
        var isGreedy = temperature == 0f;
        var arguments = new SamplingArguments
        {
            Rows = rows,
            Columns = columns,
            Kept = isGreedy ? 1 : topK == 0 ? columns : Math.Min(topK, columns),
            Share = topP,
            InverseTemperature = isGreedy ? 1f : 1f / temperature,
            Random = new(seed, call),
            Width = (int)_library.Width,
        };
        if (_group is not null)
        {
            _group((rows, GroupReduce.Lanes), logits, choices, y, arguments);
            return;
        }
        arguments.RowsPerItem = RowItems.Blocks(rows, ItemsPerThread * _library.Parallelism); // rows do not depend on each other
        var items = RowItems.Blocks(rows, arguments.RowsPerItem);
        var keys = topP < 1f ? columns : arguments.Kept < columns ? arguments.Kept : 0;
        using var workspace = _library.Pool.Rent((long)items * keys * sizeof(ulong));
        arguments.KeysPerItem = keys;
        _part!(items, logits, choices, y, workspace.View<ulong>((long)items * keys), arguments);
    }
}

/// <summary>Sizes and options of a draw.</summary>
internal struct SamplingArguments
{
    public int Rows;
    public int Columns;
    public int Kept; // the k of top-k
    public float Share; // the p of top-p
    public float InverseTemperature;
    public RandomCall Random;
    public int RowsPerItem;
    public int KeysPerItem; // the room for keys that a work item has
    public int Width; // bits of the vectors
}
