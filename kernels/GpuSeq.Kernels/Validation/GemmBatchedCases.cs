using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>Many matrix products of one shape.</summary>
public sealed class GemmBatchedCase : KernelCase
{
    private const int QuickProducts = 12;
    private const int QuickLength = 80; // of rows, columns and sums

    private readonly GemmShape _shape;
    private readonly GemmBatch _batch;
    private readonly bool _isScattered;
    private readonly bool _hasBias;
    private readonly bool _hasResidual;

    /// <summary>Products of random operands.</summary>
    /// <param name="shape">Sizes, layouts, factors and activation of each.</param>
    /// <param name="batch">How many, and how far apart they lie.</param>
    /// <param name="scattered">Whether their places are given as offsets on the device.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="residual">Whether a residual is added.</param>
    /// <param name="integers">Whether the operands are integers, so that the result must be exact.</param>
    public GemmBatchedCase(
        GemmShape shape, GemmBatch batch, bool scattered = false, bool bias = false, bool residual = false, bool integers = false)
        : base("gemm-batched", Describe(shape, batch, scattered, bias, residual, integers))
    {
        (_shape, _batch, _isScattered, _hasBias, _hasResidual) = (shape, batch, scattered, bias, residual);
        IsQuick = batch.Count <= QuickProducts && Math.Max(shape.M, Math.Max(shape.N, shape.K)) <= QuickLength;
        Deferred(() =>
        {
            var data = new CaseData(Name);
            float[] Values(int length) => integers ? data.Integers(length) : data.Uniform(length);
            var last = batch.Count - 1;
            int Length(long stride, long innerStride, int size) => batch.Count == 0 || size == 0 ? 0
                : (int)(last / batch.Inner * stride + last % batch.Inner * innerStride) + size;
            Input("a", Values(Length(
                batch.StrideA, batch.InnerStrideA,
                GemmCase.Size(shape.TransposeA ? shape.K : shape.M, shape.TransposeA ? shape.M : shape.K, shape.Lda))));
            Input("b", Values(Length(
                batch.StrideB, batch.InnerStrideB,
                GemmCase.Size(shape.TransposeB ? shape.N : shape.K, shape.TransposeB ? shape.K : shape.N, shape.Ldb))));
            var c = Length(batch.StrideC, batch.InnerStrideC, GemmCase.Size(shape.M, shape.N, shape.Ldc));
            if (shape.Beta != 0 || c != batch.Count * shape.M * shape.N) // gaps must stay as they are
                InputOutput("c", Values(c));
            else
                Output("c", c);
            if (bias)
                Input("bias", Values(shape.N));
            if (residual)
                Input("residual", Values(c));
            if (scattered)
                Input("offsets", Offsets());
        });
        Tolerance = integers ? Tolerance.Exact : Tolerance.Rounding(shape.K);
    }

    /// <inheritdoc/>
    public override double Flops => _shape.Flops * _batch.Count;

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _batch.Count);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (_batch.Count < 2 || _shape.M * _shape.N * _shape.K == 0)
            return false;
        // The last product, or group of products, is left out.
        Launch(kernels, views, _isScattered ? _batch.Count - 1 : _batch.Count - _batch.Inner);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (bias, residual) = (_hasBias ? arrays["bias"] : [], _hasResidual ? arrays["residual"] : []);
        if (_isScattered)
            GemmReference.Multiply<T>(_shape, arrays.Indices("offsets"), arrays["a"], arrays["b"], arrays["c"], bias, residual);
        else
            GemmReference.Multiply<T>(_shape, _batch, arrays["a"], arrays["b"], arrays["c"], bias, residual);
    }

    private void Launch(KernelLibrary kernels, CaseViews views, int count)
    {
        var (a, b, c) = (views["a"], views["b"], views["c"]);
        var (bias, residual) = (_hasBias ? views["bias"] : default, _hasResidual ? views["residual"] : default);
        if (_isScattered)
        {
            kernels.Gemm.Multiply(_shape, views.Indices("offsets").SubView(0, 3 * count), a, b, c, bias, residual);
            return;
        }
        var batch = new GemmBatch(count)
        {
            Inner = _batch.Inner,
            StrideA = _batch.StrideA,
            StrideB = _batch.StrideB,
            StrideC = _batch.StrideC,
            InnerStrideA = _batch.InnerStrideA,
            InnerStrideB = _batch.InnerStrideB,
            InnerStrideC = _batch.InnerStrideC,
        };
        kernels.Gemm.Multiply(_shape, batch, a, b, c, bias, residual);
    }

    // The places of the batch, in the reverse order.
    private int[] Offsets()
    {
        var offsets = new int[3 * _batch.Count];
        for (var i = 0; i < _batch.Count; i++)
        {
            var (group, inner) = Math.DivRem(_batch.Count - 1 - i, _batch.Inner);
            offsets[3 * i] = (int)(group * _batch.StrideA + inner * _batch.InnerStrideA);
            offsets[3 * i + 1] = (int)(group * _batch.StrideB + inner * _batch.InnerStrideB);
            offsets[3 * i + 2] = (int)(group * _batch.StrideC + inner * _batch.InnerStrideC);
        }
        return offsets;
    }

    private static string Describe(GemmShape shape, GemmBatch batch, bool scattered, bool bias, bool residual, bool integers)
    {
        var isShared = batch.Count > 1 && batch.StrideA + batch.InnerStrideA == 0 ? " same-a" : "";
        if (batch.Count > 1 && batch.StrideB + batch.InnerStrideB == 0)
            isShared += " same-b";
        return $"{batch.Count}x {(batch.Inner > 1 ? "grouped " : "")}{GemmCase.Describe(shape, bias, residual, integers)}"
            + $"{isShared}{(scattered ? " scattered" : "")}";
    }
}

/// <summary>The sweep over batches of matrix products.</summary>
public static class GemmBatchedCases
{
    // Nothing, tiny, thin, the edges of the tiles, more rows than fit the cache, long sums that are split.
    private static readonly (int Count, int M, int N, int K)[] Sizes =
    [
        (0, 3, 4, 5), (1, 3, 4, 5), (3, 0, 4, 5), (3, 4, 0, 5), (3, 4, 5, 0), (2, 1, 1, 1), (3, 3, 3, 3), (7, 5, 7, 11), (5, 13, 17, 9),
        (3, 37, 41, 43), (2, 64, 64, 64), (11, 12, 32, 16), (5, 13, 33, 17), (29, 16, 31, 64), (3, 1, 67, 300), (4, 2, 300, 67),
        (2, 4, 1031, 130), (3, 150, 70, 90), (2, 31, 37, 2500), (3, 2, 41, 4001), (96, 64, 64, 64),
    ];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var (count, m, n, k) in Sizes)
            {
                foreach (var (transposeA, transposeB) in new[] { (false, false), (false, true), (true, false), (true, true) })
                {
                    var shape = new GemmShape(m, n, k) { TransposeA = transposeA, TransposeB = transposeB };
                    yield return new GemmBatchedCase(shape, Dense(count, m, n, k), integers: true);
                    yield return new GemmBatchedCase(shape, Dense(count, m, n, k), scattered: transposeA == transposeB);
                }
            }
            foreach (var activation in Enum.GetValues<Activation>())
            {
                foreach (var (m, n, k) in new[] { (2, 9, 5), (3, 70, 100), (23, 34, 20) })
                {
                    var shape = new GemmShape(m, n, k) { Activation = activation, Alpha = 0.5f, Beta = -1.5f };
                    yield return new GemmBatchedCase(shape, Dense(3, m, n, k), bias: true, residual: true);
                    yield return new GemmBatchedCase(shape, Dense(3, m, n, k), scattered: true, bias: true, residual: true);
                }
            }
            foreach (var (t, s, d) in new[] { (5, 7, 3), (17, 33, 16), (1, 61, 64), (70, 65, 32), (140, 150, 64) })
            {
                yield return Shared(5, t, s, d, a: true);
                yield return Shared(5, t, s, d, a: false);
                yield return Scores(2, 3, t, s, d);
                yield return Mixture(2, 3, t, s, d);
            }
            // Products of a batch that are large, and of which each is packed ahead.
            yield return new GemmBatchedCase(new(300, 257, 230), Dense(2, 300, 257, 230), integers: true);
            yield return new GemmBatchedCase(new(300, 257, 230), Dense(2, 300, 257, 230), scattered: true, integers: true);
        }
    }

    /// <summary>Attention's products for heads of 64, and many small ones.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new GemmBatchedCase(new(64, 64, 64), Dense(96, 64, 64, 64));
            yield return Scores(8, 12, 128, 128, 64);
            yield return Mixture(8, 12, 128, 128, 64);
            yield return Scores(1, 12, 512, 512, 64);
            yield return Mixture(1, 12, 512, 512, 64);
            yield return Mixture(8, 12, 1, 512, 64);
        }
    }

    private static GemmBatch Dense(int count, int m, int n, int k) =>
        new(count) { StrideA = (long)m * k, StrideB = (long)k * n, StrideC = (long)m * n };

    private static GemmBatchedCase Shared(int count, int m, int n, int k, bool a)
    {
        var batch = new GemmBatch(count) { StrideA = a ? 0 : m * k, StrideB = a ? k * n : 0, StrideC = m * n + 3 };
        return new(new(m, n, k) { TransposeB = a }, batch, integers: true);
    }

    // Queries times keys: [B, T, H, D] and [B, S, H, D] to [B, H, T, S].
    private static GemmBatchedCase Scores(int batch, int heads, int t, int s, int d) => new(
        new(t, s, d) { TransposeB = true, Lda = heads * d, Ldb = heads * d, Alpha = 0.125f },
        new(batch * heads)
        {
            Inner = heads,
            StrideA = t * heads * d,
            StrideB = s * heads * d,
            StrideC = heads * t * s,
            InnerStrideA = d,
            InnerStrideB = d,
            InnerStrideC = t * s,
        });

    // Weights times values: [B, H, T, S] and [B, S, H, D] to [B, T, H, D].
    private static GemmBatchedCase Mixture(int batch, int heads, int t, int s, int d) => new(
        new(t, d, s) { Ldb = heads * d, Ldc = heads * d },
        new(batch * heads)
        {
            Inner = heads,
            StrideA = heads * t * s,
            StrideB = s * heads * d,
            StrideC = t * heads * d,
            InnerStrideA = t * s,
            InnerStrideB = d,
            InnerStrideC = d,
        });
}
