using System.Runtime.InteropServices;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A case with weights in fewer bits, several to each word of an operand of indices.</summary>
/// <param name="kernel">The kernel's name.</param>
/// <param name="name">The sizes.</param>
/// <param name="rows">Rows of the weights.</param>
/// <param name="columns">The length of a row.</param>
/// <param name="isInt8">Whether they are int8, or else bfloat16.</param>
public abstract class LowPrecisionCase(string kernel, string name, int rows, int columns, bool isInt8)
    : KernelCase(kernel, $"{(isInt8 ? "bytes" : "halves")} {name}")
{
    /// <summary>Rows of the weights.</summary>
    protected int Rows { get; } = rows;

    /// <summary>The length of a row.</summary>
    protected int Columns { get; } = columns;

    /// <summary>Whether they are int8, or else bfloat16.</summary>
    protected bool IsInt8 { get; } = isInt8;

    /// <summary>The words that the weights take.</summary>
    protected int Words => (Rows * Columns * (IsInt8 ? 1 : 2) + 3) / 4;

    /// <summary>Adds random weights and, for int8, their scales.</summary>
    protected void InputWeights(CaseData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var words = new int[Words];
        var values = data.Uniform(Rows * Columns);
        for (var i = 0; i < values.Length; i++)
        {
            if (IsInt8)
                Bytes8(words)[i] = (sbyte)MathF.Round(127 * values[i]);
            else
                Halves(words)[i] = LowPrecisionReference.BFloat16(values[i]);
        }
        Input("w", words);
        Input("scales", data.Uniform(IsInt8 ? Rows : 0, 0.001f, 0.01f));
    }

    /// <summary>The weights on an accelerator.</summary>
    protected LowPrecisionMatrix Matrix(CaseViews views)
    {
        ArgumentNullException.ThrowIfNull(views);
        var (words, count) = (views.Indices("w"), (long)Rows * Columns);
        return IsInt8
            ? new(Rows, Columns) { Int8 = count == 0 ? default : words.Cast<sbyte>().Part(0, count), Scales = views["scales"] }
            : new(Rows, Columns) { BFloat16 = count == 0 ? default : words.Cast<ushort>().Part(0, count) };
    }

    /// <summary>The weights as numbers.</summary>
    protected T[] Values<T>(CaseArrays<T> arrays)
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var (words, values) = (arrays.Indices("w"), new T[Rows * Columns]);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = IsInt8
                ? T.CreateChecked(Bytes8(words)[i]) * arrays["scales"][i / Columns]
                : T.CreateChecked(LowPrecisionReference.Value(Halves(words)[i]));
        }
        return values;
    }

    /// <summary>Words as bytes.</summary>
    protected static Span<sbyte> Bytes8(int[] words) => MemoryMarshal.Cast<int, sbyte>(words.AsSpan());

    /// <summary>Words as halves of words.</summary>
    protected static Span<ushort> Halves(int[] words) => MemoryMarshal.Cast<int, ushort>(words.AsSpan());
}

/// <summary>Weights that are narrowed.</summary>
public sealed class NarrowingCase : LowPrecisionCase
{
    /// <summary>Random weights, some of them odd, which fill whole words.</summary>
    public NarrowingCase(int rows, int columns, bool isInt8)
        : base("low-precision-narrow", $"{rows}x{columns}", rows, columns, isInt8)
    {
        Deferred(() =>
        {
            Input("x", isInt8 ? NearWholeNumbers(new(Name)) : Odd(new CaseData(Name).Uniform(rows * columns)));
            OutputIndices("w", Words);
            Output("scales", isInt8 ? rows : 0);
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, Rows);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (Rows * Columns == 0)
            return false;
        Launch(kernels, views, Rows - 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (x, words) = (arrays["x"], arrays.Indices("w"));
        for (var row = 0; IsInt8 && row < Rows; row++)
            arrays["scales"][row] = LowPrecisionReference.Int8<T>(x.AsSpan(row * Columns, Columns), Bytes8(words).Slice(row * Columns, Columns));
        for (var i = 0; !IsInt8 && i < x.Length; i++)
            Halves(words)[i] = LowPrecisionReference.BFloat16(float.CreateChecked(x[i]));
    }

    private void Launch(KernelLibrary kernels, CaseViews views, int rows)
    {
        var count = (long)rows * Columns;
        if (count == 0)
            return;
        var x = views["x"].Part(0, count);
        if (IsInt8)
            kernels.LowPrecision.ToInt8(x, views.Indices("w").Cast<sbyte>().Part(0, count), views["scales"].Part(0, rows), rows, Columns);
        else
            kernels.LowPrecision.ToBFloat16(x, views.Indices("w").Cast<ushort>().Part(0, count));
    }

    // Ties, and what is no ordinary number.
    private static float[] Odd(float[] values)
    {
        float[] odd =
        [
            0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon, -1e-40f,
            1f + 1f / 256, 1f + 3f / 256, -1f - 1f / 256, 1f + 1f / 256 + 1f / (1 << 20), 1f + 1f / 512, 3.39e38f, 2f - 1f / 256,
        ];
        for (var i = 0; i < odd.Length && i < values.Length; i++)
            values[(int)((long)i * values.Length / odd.Length)] = odd[i];
        return values;
    }

    // So that rounding does not hang on the last bit of a scale: every row holds 127 times its scale.
    private float[] NearWholeNumbers(CaseData data)
    {
        var (noise, numbers) = (data.Uniform(Rows * Columns, -0.4f, 0.4f), data.Indices(Rows * Columns, 253));
        var scales = data.Uniform(Rows, 0.001f, 10f);
        for (var i = 0; i < noise.Length; i++)
        {
            var (row, column) = (i / Columns, i % Columns);
            noise[i] = scales[row] * (column == row % Columns ? 127f : numbers[i] - 126 + noise[i]);
            if (row > 0 && row % 8 == 0)
                noise[i] = row % 16 == 0 ? 0f : column == 0 ? float.NegativeInfinity : column == 1 ? float.NaN : noise[i];
        }
        return noise;
    }
}

/// <summary>Rows that are widened, in their order or by number.</summary>
public sealed class WideningCase : LowPrecisionCase
{
    private readonly int? _ids;

    /// <summary>Random weights.</summary>
    public WideningCase(int rows, int columns, int? ids, bool isInt8)
        : base(ids is null ? "low-precision-widen" : "low-precision-look-up", $"{rows}x{columns}{(ids is null ? "" : $" {ids} ids")}", rows, columns, isInt8)
    {
        _ids = ids;
        Tolerance = Tolerance.Rounding(1);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            InputWeights(data);
            Input("ids", data.Indices(ids ?? 0, Math.Max(1, rows)));
            Output("y", (ids ?? rows) * columns);
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views)
    {
        if (_ids is null)
            kernels.LowPrecision.Widen(Matrix(views), views["y"]);
        else
            kernels.LowPrecision.LookUp(Matrix(views), views.Indices("ids"), views["y"]);
    }

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        var y = views["y"];
        if (y.Length == 0)
            return false;
        y = y.SubView(0, y.Length - Columns);
        if (_ids is { } ids)
            kernels.LowPrecision.LookUp(Matrix(views), views.Indices("ids").Part(0, ids - 1), y);
        else
            kernels.LowPrecision.Widen(Matrix(views).Part(0, Rows - 1), y);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (values, y, ids) = (Values(arrays), arrays["y"], arrays.Indices("ids"));
        for (var i = 0; i < y.Length; i++)
            y[i] = values[(_ids is null ? i / Columns : ids[i / Columns]) * Columns + i % Columns];
    }
}

/// <summary>A product with weights in fewer bits.</summary>
public sealed class LowPrecisionGemmCase : LowPrecisionCase
{
    private readonly GemmShape _shape;
    private readonly bool _hasBias;
    private readonly bool _hasResidual;

    /// <summary>Random operands.</summary>
    public LowPrecisionGemmCase(int m, int n, int k, bool isInt8, bool bias, bool residual, Activation activation)
        : base(
            "low-precision-gemm", $"{m}x{n}x{k}{(bias ? " bias" : "")}{(residual ? " residual" : "")}"
            + (activation == Activation.None ? "" : $" {activation}".ToLowerInvariant()), n, k, isInt8)
    {
        _shape = new(m, n, k) { TransposeB = true, Activation = activation };
        (_hasBias, _hasResidual) = (bias, residual);
        IsQuick = (long)m * n * k < 100_000;
        Tolerance = Tolerance.Rounding(k, 1);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("a", data.Uniform(m * k));
            InputWeights(data);
            Input("bias", data.Uniform(bias ? n : 0));
            Input("residual", data.Uniform(residual ? m * n : 0));
            Output("c", m * n);
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => kernels.LowPrecision.Multiply(
        _shape.M, views["a"], Matrix(views), views["c"], views["bias"], views["residual"], _shape.Activation);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (!_hasBias || views["c"].Length == 0)
            return false;
        kernels.LowPrecision.Multiply(
            _shape.M, views["a"], Matrix(views), views["c"], default, views["residual"], _shape.Activation);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) => GemmReference.Multiply<T>(
        _shape, arrays["a"], Values(arrays), arrays["c"], _hasBias ? arrays["bias"] : default, _hasResidual ? arrays["residual"] : default);
}

/// <summary>The sweep over weights in fewer bits.</summary>
public static class LowPrecisionCases
{
    private static readonly bool[] Formats = [false, true];

    private static readonly (int Rows, int Columns)[] Sizes = [(0, 4), (1, 4), (3, 28), (17, 16), (40, 68), (7, 4096), (1000, 20)];

    // Around the rows of A that go directly, the vectors, and the columns that are taken together.
    private static readonly (int M, int N, int K)[] Products =
    [
        (1, 1, 1), (1, 3, 7), (1, 4, 16), (1, 5, 33), (1, 131, 129), (1, 300, 768), (2, 1, 31), (2, 7, 64), (3, 9, 65), (4, 2, 100),
        (4, 131, 257), (5, 6, 40), (9, 70, 33), (33, 129, 65), (0, 3, 4), (3, 0, 4), (3, 4, 0), (1, 2, 70_001), (7, 1500, 4096),
    ];

    private static readonly (int M, int N, int K)[] Steps =
        [(1, 3072, 768), (1, 768, 3072), (1, 50_257, 768), (4, 3072, 768), (256, 3072, 768)];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All =>
        from isInt8 in Formats
        from kernelCase in Of(isInt8)
        select kernelCase;

    /// <summary>Steps of generation with the sizes of GPT-2, to be timed, and one with many rows.</summary>
    public static IEnumerable<KernelCase> Benchmarks =>
        (from isInt8 in Formats
         from size in Steps
         select new LowPrecisionGemmCase(size.M, size.N, size.K, isInt8, bias: true, residual: false, Activation.None))
        .Concat<KernelCase>(Formats.SelectMany(isInt8 => new KernelCase[]
        {
            new NarrowingCase(3072, 768, isInt8), new WideningCase(3072, 768, null, isInt8), new WideningCase(50_257, 768, 4096, isInt8),
        }));

    private static IEnumerable<KernelCase> Of(bool isInt8)
    {
        foreach (var (rows, columns) in Sizes)
        {
            yield return new NarrowingCase(rows, columns, isInt8);
            yield return new WideningCase(rows, columns, null, isInt8);
            yield return new WideningCase(Math.Max(1, rows), columns + 1, rows % 7 * 3, isInt8);
        }
        foreach (var ((m, n, k), i) in Products.Select((product, i) => (product, i)))
        {
            var activation = (i % 3) switch { 0 => Activation.None, 1 => Activation.Relu, _ => Activation.Gelu };
            yield return new LowPrecisionGemmCase(m, n, k, isInt8, bias: i % 2 == 0, residual: i % 3 == 0, activation);
        }
    }
}
