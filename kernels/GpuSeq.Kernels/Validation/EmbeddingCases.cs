using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A look-up.</summary>
public sealed class EmbeddingCase : KernelCase
{
    private readonly int _columns;

    /// <summary>Random ids in a random table.</summary>
    public EmbeddingCase(int rows, int columns, int positions)
        : base("embedding", $"{rows}x{columns} {positions} ids")
    {
        _columns = columns;
        Deferred(() =>
        {
            Input("table", new CaseData(Name).Uniform(rows * columns));
            Input("ids", new CaseData(Name).Indices(positions, rows));
            Output("y", positions * columns);
        });
        Tolerance = Tolerance.Exact;
    }

    // Of the table, only the rows that are looked up.
    /// <inheritdoc/>
    public override double Bytes => sizeof(float) * (Distinct(Operands[1]) * _columns + Operands[1].Length + Operands[2].Length);

    internal static double Distinct(Operand ids) => ids.Ints!.Distinct().Count();

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        kernels.Embedding.Forward(_columns, views["table"], views.Indices("ids"), views["y"]);
    }

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        var (ids, y) = (views.Indices("ids"), views["y"]);
        if (y.Length == 0)
            return false;
        kernels.Embedding.Forward(_columns, views["table"], ids.SubView(0, ids.Length - 1), y.SubView(0, y.Length - _columns));
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) =>
        EmbeddingReference.Forward<T>(_columns, arrays["table"], arrays.Indices("ids"), arrays["y"]);
}

/// <summary>The gradient of a look-up.</summary>
public sealed class EmbeddingGradientCase : KernelCase
{
    private readonly int _rows;
    private readonly int _columns;
    private readonly bool _accumulate;
    private readonly int _paddingIndex;

    /// <summary>The gradient of an <see cref="EmbeddingCase"/>, whose ids it has.</summary>
    public EmbeddingGradientCase(int rows, int columns, int positions, bool accumulate, int paddingIndex = -1, bool integers = false)
        : base(
            "embedding-backward",
            $"{rows}x{columns} {positions} ids{(accumulate ? " added" : "")}{(paddingIndex >= 0 ? " padding" : "")}"
            + $"{(integers ? " integers" : "")}")
    {
        (_rows, _columns, _accumulate, _paddingIndex) = (rows, columns, accumulate, paddingIndex);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            float[] Values(int length) => integers ? data.Integers(length) : data.Uniform(length);
            Input("ids", new CaseData($"{rows}x{columns} {positions} ids").Indices(positions, rows));
            Input("dy", Values(positions * columns));
            if (accumulate)
                InputOutput("dtable", Values(rows * columns));
            else
                Output("dtable", rows * columns);
        });
        Tolerance = integers ? Tolerance.Exact : Tolerance.Rounding(1 + (double)positions / Math.Max(1, rows));
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf =>
        _paddingIndex >= 0 ? null : new EmbeddingCase(_rows, _columns, Operands[0].Length);

    // A gradient that is added touches only the rows that were looked up.
    /// <inheritdoc/>
    public override double Bytes => _accumulate
        ? sizeof(float) * (Operands[0].Length + Operands[1].Length + 2 * EmbeddingCase.Distinct(Operands[0]) * _columns)
        : base.Bytes;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, 0);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        ArgumentNullException.ThrowIfNull(views);
        if (views["dy"].Length == 0 || Operands[0].Ints![^1] == _paddingIndex)
            return false;
        Launch(kernels, views, 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) => EmbeddingReference.Backward<T>(
        _columns, arrays.Indices("ids"), arrays["dy"], arrays["dtable"], _accumulate, _paddingIndex);

    private void Launch(KernelLibrary kernels, CaseViews views, int leftOut)
    {
        var (ids, dy) = (views.Indices("ids"), views["dy"]);
        kernels.Embedding.Backward(
            _columns, ids.SubView(0, ids.Length - leftOut), dy.SubView(0, dy.Length - (long)leftOut * _columns), views["dtable"],
            _accumulate, _paddingIndex);
    }
}

/// <summary>A sum of look-ups in two or three tables.</summary>
public sealed class EmbeddingSumCase : KernelCase
{
    private readonly int _columns;
    private readonly bool _isTriple;

    /// <summary>Random ids in random tables.</summary>
    public EmbeddingSumCase(int rows, int columns, int positions, bool isTriple)
        : base("embedding-sum", $"{rows}x{columns} {positions} ids of {(isTriple ? "three" : "two")}")
    {
        (_columns, _isTriple) = (columns, isTriple);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Table(data, "first", rows);
            Table(data, "second", 2);
            if (isTriple)
                Table(data, "third", positions + 3);
            Output("y", positions * columns);
        });

        void Table(CaseData data, string name, int rows)
        {
            Input(name, data.Uniform(rows * columns));
            Input($"{name} ids", data.Indices(positions, rows));
        }
    }

    // Of each table, only the rows that are looked up.
    /// <inheritdoc/>
    public override double Bytes => sizeof(float) * (Operands[^1].Length
        + Operands.Where(operand => operand.Ints is not null).Sum(ids => EmbeddingCase.Distinct(ids) * _columns + ids.Length));

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views)
    {
        ArgumentNullException.ThrowIfNull(views);
        Launch(kernels, views, views.Indices("second ids"));
    }

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        var (first, second) = (Operands[1].Ints!, Operands[3].Ints!);
        if (_columns == 0 || first.Any(id => id > 1) || first.SequenceEqual(second))
            return false;
        Launch(kernels, views, views.Indices("first ids"));
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var y = arrays["y"];
        EmbeddingReference.Forward<T>(_columns, arrays["first"], arrays.Indices("first ids"), y);
        EmbeddingReference.Add<T>(_columns, arrays["second"], arrays.Indices("second ids"), y);
        if (_isTriple)
            EmbeddingReference.Add<T>(_columns, arrays["third"], arrays.Indices("third ids"), y);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, ILGPU.ArrayView<int> secondIds)
    {
        var tables = new EmbeddingTables
        {
            First = views["first"],
            FirstIds = views.Indices("first ids"),
            Second = views["second"],
            SecondIds = secondIds,
        };
        if (_isTriple)
            (tables.Third, tables.ThirdIds) = (views["third"], views.Indices("third ids"));
        kernels.Embedding.ForwardSum(_columns, tables, views["y"]);
    }
}

/// <summary>The sweep over look-ups.</summary>
public static class EmbeddingCases
{
    private static readonly (int Rows, int Columns, int Positions)[] Sizes =
    [
        (1, 1, 1), (1, 3, 5), (3, 1, 7), (5, 4, 0), (5, 0, 3), (65, 8, 97), (7, 15, 31), (7, 16, 33), (7, 17, 3), (31, 33, 257),
        (1031, 3, 61), (67, 131, 509), (513, 64, 300),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var (rows, columns, positions) in Sizes)
            {
                yield return new EmbeddingCase(rows, columns, positions);
                yield return new EmbeddingSumCase(rows, columns, positions, isTriple: false);
                yield return new EmbeddingSumCase(rows, columns, positions, isTriple: true);
                foreach (var accumulate in new[] { false, true })
                {
                    yield return new EmbeddingGradientCase(rows, columns, positions, accumulate);
                    yield return new EmbeddingGradientCase(rows, columns, positions, accumulate, integers: true);
                    yield return new EmbeddingGradientCase(rows, columns, positions, accumulate, paddingIndex: rows / 2);
                }
            }
            yield return new EmbeddingSumCase(2, 9, 17, isTriple: false);
            yield return new EmbeddingSumCase(2, 9, 17, isTriple: true);
            // Each of few rows many times, and rows that no position names.
            yield return new EmbeddingGradientCase(2, 5, 4099, accumulate: false);
            yield return new EmbeddingGradientCase(4099, 5, 2, accumulate: false);
        }
    }

    /// <summary>The vocabularies of GPT-2 and BERT: tokens alone, and with positions and segments.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new EmbeddingCase(50_257, 768, 16_384);
            yield return new EmbeddingGradientCase(50_257, 768, 16_384, accumulate: true);
            yield return new EmbeddingSumCase(30_522, 768, 16_384, isTriple: true);
            yield return new EmbeddingSumCase(50_257, 768, 16_384, isTriple: false);
        }
    }
}
