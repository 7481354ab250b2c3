using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>A matrix product.</summary>
public sealed class GemmCase : KernelCase
{
    private const int QuickLength = 300; // of sums and rows: lane by lane, what is long takes long

    private const int LongSum = 100_000; // of which products of larger integers would leave float32's exact range

    private readonly GemmShape _shape;
    private readonly bool _hasBias;
    private readonly bool _hasResidual;
    private readonly bool _isPacked;

    /// <summary>A product of random operands.</summary>
    /// <param name="shape">Sizes, layouts, factors and activation.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="residual">Whether a residual is added.</param>
    /// <param name="integers">Whether the operands are integers, so that the result must be exact.</param>
    /// <param name="packed">Whether B is packed first.</param>
    /// <param name="quick">Whether it is a quick case though its sums are long.</param>
    public GemmCase(
        GemmShape shape, bool bias = false, bool residual = false, bool integers = false, bool packed = false, bool quick = false)
        : base(packed ? "gemm-packed" : "gemm", Describe(shape, bias, residual, integers))
    {
        (_shape, _hasBias, _hasResidual, _isPacked) = (shape, bias, residual, packed);
        IsQuick = quick || (shape.N <= QuickLength && shape.K <= QuickLength);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            float[] Values(int length) => integers ? data.Integers(length, shape.K > LongSum ? 1 : 4) : data.Uniform(length);
            Input("a", Values(Size(shape.TransposeA ? shape.K : shape.M, shape.TransposeA ? shape.M : shape.K, shape.Lda)));
            Input("b", Values(Size(shape.TransposeB ? shape.N : shape.K, shape.TransposeB ? shape.K : shape.N, shape.Ldb)));
            var c = Size(shape.M, shape.N, shape.Ldc);
            if (shape.Beta != 0 || shape.Ldc > shape.N) // gaps between the rows of C must stay as they are
                InputOutput("c", Values(c));
            else
                Output("c", c);
            if (bias)
                Input("bias", Values(shape.N));
            if (residual)
                Input("residual", Values(c));
        });
        Tolerance = integers ? Tolerance.Exact : Tolerance.Rounding(shape.K);
    }

    /// <inheritdoc/>
    public override double Flops => _shape.Flops;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _shape);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_shape.K < 2 || _shape.M < 2 || _shape.N == 0 || _shape.TransposeA) // a single row may end in 0
            return false;
        // The last term of every sum is left out; rows still begin where they did.
        Launch(kernels, views, new GemmShape(_shape.M, _shape.N, _shape.K - 1)
        {
            TransposeB = _shape.TransposeB,
            Lda = _shape.Lda > 0 ? _shape.Lda : _shape.K,
            Ldb = _shape.Ldb > 0 ? _shape.Ldb : _shape.TransposeB ? _shape.K : _shape.N,
            Ldc = _shape.Ldc,
            Alpha = _shape.Alpha,
            Beta = _shape.Beta,
            Activation = _shape.Activation,
        });
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays) => GemmReference.Multiply<T>(
        _shape, arrays["a"], arrays["b"], arrays["c"], _hasBias ? arrays["bias"] : [], _hasResidual ? arrays["residual"] : []);

    private void Launch(KernelLibrary kernels, CaseViews views, GemmShape shape)
    {
        var (a, b, c) = (views["a"], views["b"], views["c"]);
        var (bias, residual) = (_hasBias ? views["bias"] : default, _hasResidual ? views["residual"] : default);
        if (!_isPacked)
        {
            kernels.Gemm.Multiply(shape, a, b, c, bias, residual);
            return;
        }
        using var packed = kernels.Gemm.Pack(b, shape.N, shape.K, shape.TransposeB, shape.Ldb);
        kernels.Gemm.Multiply(shape, a, packed, c, bias, residual);
    }

    internal static int Size(int rows, int columns, int stride) =>
        rows == 0 || columns == 0 ? 0 : (rows - 1) * (stride > 0 ? stride : columns) + columns;

    internal static string Describe(GemmShape shape, bool bias, bool residual, bool integers) =>
        $"{shape}{(shape.Alpha != 1 ? " alpha" : "")}{(shape.Beta != 0 ? " beta" : "")}"
        + $"{(shape.Lda + shape.Ldb + shape.Ldc > 0 ? " strided" : "")}{(bias ? " bias" : "")}"
        + $"{(shape.Activation != Activation.None ? $" {shape.Activation}" : "")}"
        + $"{(residual ? " residual" : "")}{(integers ? " integers" : "")}";
}

/// <summary>The sweep over matrix products.</summary>
public static class GemmCases
{
    // 0, 1, 3, the edges of the tiles for every vector width, primes, tall, wide, and K far above M and N.
    private static readonly (int M, int N, int K)[] Sizes =
    [
        (0, 3, 5), (3, 0, 5), (3, 5, 0), (1, 1, 1), (3, 3, 3), (1, 37, 50), (2, 96, 33), (5, 1, 7), (37, 1, 41),
        (5, 7, 11), (6, 16, 8), (7, 17, 9), (11, 31, 13), (12, 32, 16), (13, 33, 17), (47, 63, 64), (48, 64, 65),
        (95, 33, 31), (96, 64, 32), (97, 65, 33), (61, 67, 71), (257, 19, 5), (5, 257, 19), (3, 5, 2000), (17, 29, 1031),
        (130, 70, 515), (5, 4133, 6), (137, 203, 400), (211, 300, 37),
        (9, 64, 256), (10, 65, 259), (48, 131, 263), (49, 64, 257), (33, 77, 4111),
    ];

    // Sums that are split: the edges of their parts, thin products, and what a block of K leaves.
    private static readonly (int M, int N, int K)[] SplitSizes =
    [
        (5, 3, 2047), (5, 3, 2048), (8, 130, 70), (9, 130, 70), (13, 16, 2049), (17, 29, 5003), (64, 64, 4099), (67, 130, 3072),
        (1, 200, 1031), (2, 1030, 307), (4, 67, 4099), (3, 37, 8201),
    ];

    // N and K of packed matrices: nothing, less than a panel, several blocks of K.
    private static readonly (int N, int K)[] PackedSizes =
        [(0, 5), (7, 0), (1, 1), (33, 17), (96, 64), (37, 300), (70, 515), (4133, 6)];

    private static GemmShape[] Layouts(int m, int n, int k) =>
    [
        new(m, n, k),
        new(m, n, k) { TransposeB = true },
        new(m, n, k) { TransposeA = true },
        new(m, n, k) { TransposeA = true, TransposeB = true },
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All => Plain.Concat(Split).Concat(Packed).Concat(GemmBatchedCases.All);

    private static IEnumerable<KernelCase> Split
    {
        get
        {
            foreach (var (m, n, k) in SplitSizes)
            {
                foreach (var shape in Layouts(m, n, k))
                {
                    yield return new GemmCase(shape, integers: true);
                    yield return new GemmCase(shape);
                }
                yield return new GemmCase(
                    new(m, n, k) { Activation = Activation.Tanh, Alpha = 0.5f, Beta = -1.5f, Ldc = n + 3 }, bias: true, residual: true);
            }
            yield return new GemmCase(new(3, 7, 2051), integers: true, quick: true);
            yield return new GemmCase(
                new(5, 7, 2051) { TransposeB = true, Alpha = 0.5f, Beta = 2f, Activation = Activation.Gelu },
                bias: true, residual: true, quick: true);
            // More than is packed ahead at a time: several blocks of N, several of K.
            yield return new GemmCase(new(137, 4133, 20), integers: true);
            yield return new GemmCase(new(137, 2100, 1040), integers: true);
        }
    }

    private static IEnumerable<KernelCase> Packed
    {
        get
        {
            foreach (var (n, k) in PackedSizes)
            {
                foreach (var m in new[] { 0, 1, 4, 5, 13, 61 })
                {
                    foreach (var shape in Layouts(m, n, k))
                        yield return new GemmCase(shape, integers: true, packed: true);
                }
            }
            for (var m = 1; m <= 97; m++)
            {
                var (n, k) = (20 + m % 29, 9 + m % 31);
                var (transposeA, transposeB) = (m % 2 == 0, m / 2 % 2 == 0);
                yield return new GemmCase(
                    new(m, n, k)
                    {
                        TransposeA = transposeA,
                        TransposeB = transposeB,
                        Lda = (transposeA ? m : k) + m % 3,
                        Ldb = (transposeB ? k : n) + m % 4,
                        Ldc = n + m % 5,
                        Alpha = 0.5f,
                        Beta = m % 3 - 1,
                        Activation = m % 7 == 0 ? Activation.Tanh : Activation.None,
                    },
                    bias: m % 2 != 0, residual: m % 3 == 0, packed: true);
            }
        }
    }

    private static IEnumerable<KernelCase> Plain
    {
        get
        {
            foreach (var (m, n, k) in Sizes)
            {
                foreach (var shape in Layouts(m, n, k))
                {
                    yield return new GemmCase(shape, integers: true);
                    yield return new GemmCase(shape);
                }
            }
            foreach (var activation in Enum.GetValues<Activation>())
            {
                foreach (var (m, n, k) in new[] { (3, 21, 40), (61, 67, 71), (97, 33, 600) })
                {
                    yield return new GemmCase(new(m, n, k) { Activation = activation }, bias: true);
                    yield return new GemmCase(
                        new(m, n, k) { Activation = activation, Alpha = 0.5f, Beta = -1.5f }, bias: true, residual: true);
                }
            }
            foreach (var (m, n, k) in new[] { (2, 9, 5), (29, 31, 37), (96, 64, 300) })
            {
                yield return new GemmCase(new(m, n, k) { Lda = k + 3, Ldb = n + 5, Ldc = n + 1 }, bias: true, integers: true);
                yield return new GemmCase(
                    new(m, n, k) { TransposeA = true, TransposeB = true, Lda = m + 3, Ldb = k + 5, Ldc = n + 7, Beta = 1f },
                    integers: true);
            }
        }
    }

    /// <summary>
    /// Cubes, layers of BERT in every layout, one row through a layer, and a recurrent step whose weights are packed each time.
    /// </summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var size in new[] { 256, 512, 1024, 2048, 4096 })
                yield return new GemmCase(new(size, size, size));
            foreach (var (m, n, k) in new[] { (128, 768, 3072), (128, 768, 768), (1024, 3072, 768) })
            {
                foreach (var shape in Layouts(m, n, k))
                    yield return new GemmCase(shape);
            }
            foreach (var (n, k) in new[] { (768, 768), (3072, 768), (768, 3072) })
                yield return new GemmCase(new(32, n, k) { TransposeB = true });
            yield return new GemmCase(new(1024, 3072, 768) { TransposeB = true, Activation = Activation.Gelu }, bias: true);
            yield return new GemmCase(new(1, 768, 3072));
            yield return new GemmCase(new(1, 768, 3072) { TransposeB = true });
            yield return new GemmCase(new(64, 64, 65536)); // few tiles, long sums
            yield return new GemmCase(new(64, 2048, 512) { TransposeB = true }, packed: true);
            foreach (var batched in GemmBatchedCases.Benchmarks)
                yield return batched;
        }
    }
}
