using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// One step of an optimizer over a flat range: p and its states are updated from g times a factor that lies on the device
/// (or 1, where the view is empty). The formulas are those of the rules; states that a rule has no use for are empty.
/// </summary>
internal static unsafe class OptimizerKernels
{
    // Group shape: one lane updates one parameter.

    public static void SgdLane(
        Index1D i, ArrayView<float> p, ArrayView<float> g, ArrayView<float> direction, ArrayView<float> factor, SgdRule rule, FlatCut cut)
    {
        var d = Read(direction, i);
        p[i] = rule.Apply(new ScalarLane(p[i]), Gradient(g, i, factor), ref d).Value;
        Write(direction, i, d);
    }

    public static void RmsPropLane(
        Index1D i, ArrayView<float> p, ArrayView<float> g, ArrayView<float> square, ArrayView<float> mean, ArrayView<float> step,
        ArrayView<float> factor, RmsPropRule rule, FlatCut cut)
    {
        var (s, a, b) = (Read(square, i), Read(mean, i), Read(step, i));
        p[i] = rule.Apply(new ScalarLane(p[i]), Gradient(g, i, factor), ref s, ref a, ref b).Value;
        Write(square, i, s);
        Write(mean, i, a);
        Write(step, i, b);
    }

    public static void AdamLane(
        Index1D i, ArrayView<float> p, ArrayView<float> g, ArrayView<float> mean, ArrayView<float> square, ArrayView<float> largest,
        ArrayView<float> factor, AdamRule rule, FlatCut cut)
    {
        var (m, v, top) = (Read(mean, i), Read(square, i), Read(largest, i));
        p[i] = rule.Apply(new ScalarLane(p[i]), Gradient(g, i, factor), ref m, ref v, ref top).Value;
        Write(mean, i, m);
        Write(square, i, v);
        Write(largest, i, top);
    }

    public static void AdagradLane(
        Index1D i, ArrayView<float> p, ArrayView<float> g, ArrayView<float> sum, ArrayView<float> factor, AdagradRule rule, FlatCut cut)
    {
        var s = Read(sum, i);
        p[i] = rule.Apply(new ScalarLane(p[i]), Gradient(g, i, factor), ref s).Value;
        Write(sum, i, s);
    }

    /// <summary>factor = min(1, maxNorm / (norm + 1e-6)), in either shape.</summary>
    public static void ClipCoefficient(Index1D i, ArrayView<float> norm, ArrayView<float> factor, float maxNorm)
    {
        var coefficient = maxNorm / (norm[i] + 1e-6f);
        factor[i] = coefficient > 1f ? 1f : coefficient;
    }

    private static ScalarLane Gradient(ArrayView<float> g, int i, ArrayView<float> factor) =>
        new(factor.Length > 0 ? g[i] * factor[0] : g[i]);

    private static ScalarLane Read(ArrayView<float> state, int i) => new(state.Length > 0 ? state[i] : 0f);

    private static void Write(ArrayView<float> state, int i, ScalarLane value)
    {
        if (state.Length > 0)
            state[i] = value.Value;
    }

    // Row shape: item i updates one part of the range.

    public static void SgdPart(
        Index1D item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> direction, ArrayView<float> factor,
        SgdRule rule, FlatCut cut) =>
        Sgd(item, p, g, direction, factor, rule, cut);

    public static void RmsPropPart(
        Index1D item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> square, ArrayView<float> mean, ArrayView<float> step,
        ArrayView<float> factor, RmsPropRule rule, FlatCut cut) => RmsProp(item, p, g, square, mean, step, factor, rule, cut);

    public static void AdamPart(
        Index1D item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> mean, ArrayView<float> square, ArrayView<float> largest,
        ArrayView<float> factor, AdamRule rule, FlatCut cut) => Adam(item, p, g, mean, square, largest, factor, rule, cut);

    public static void AdagradPart(
        Index1D item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> sum, ArrayView<float> factor,
        AdagradRule rule, FlatCut cut) =>
        Adagrad(item, p, g, sum, factor, rule, cut);

    [IntrinsicImplementation]
    public static void Sgd(
        int item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> direction, ArrayView<float> factor, SgdRule rule, FlatCut cut) =>
        VectorLoop.Run(new SgdStep(new(p, g, factor), direction.Pointer(), rule), item, cut);

    [IntrinsicImplementation]
    public static void RmsProp(
        int item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> square, ArrayView<float> mean, ArrayView<float> step,
        ArrayView<float> factor, RmsPropRule rule, FlatCut cut) =>
        VectorLoop.Run(new RmsPropStep(new(p, g, factor), square.Pointer(), mean.Pointer(), step.Pointer(), rule), item, cut);

    [IntrinsicImplementation]
    public static void Adam(
        int item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> mean, ArrayView<float> square, ArrayView<float> largest,
        ArrayView<float> factor, AdamRule rule, FlatCut cut) =>
        VectorLoop.Run(new AdamStep(new(p, g, factor), mean.Pointer(), square.Pointer(), largest.Pointer(), rule), item, cut);

    [IntrinsicImplementation]
    public static void Adagrad(
        int item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> sum, ArrayView<float> factor, AdagradRule rule, FlatCut cut) =>
        VectorLoop.Run(new AdagradStep(new(p, g, factor), sum.Pointer(), rule), item, cut);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Read<V>(float* state, nint i, int count)
        where V : struct, IVector<V> => state == null ? V.Zero : VectorMath.LoadPartial<V>(state + i, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<V>(V value, float* state, nint i, int count)
        where V : struct, IVector<V>
    {
        if (state != null)
            VectorMath.StorePartial(value, state + i, count);
    }

    /// <summary>The parameters, and their gradients times the factor.</summary>
    private readonly struct Target(ArrayView<float> p, ArrayView<float> g, ArrayView<float> factor)
    {
        private readonly float* _p = p.Pointer();
        private readonly float* _g = g.Pointer();
        private readonly float _factor = factor.Length > 0 ? *factor.Pointer() : 1f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V P<V>(nint i, int count)
            where V : struct, IVector<V> => VectorMath.LoadPartial<V>(_p + i, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V G<V>(nint i, int count)
            where V : struct, IVector<V> => VectorMath.LoadPartial<V>(_g + i, count) * V.Broadcast(_factor);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store<V>(V value, nint i, int count)
            where V : struct, IVector<V> => VectorMath.StorePartial(value, _p + i, count);
    }

    private readonly struct SgdStep(Target target, float* direction, SgdRule rule) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var d = Read<V>(direction, i, count);
            target.Store(rule.Apply(target.P<V>(i, count), target.G<V>(i, count), ref d), i, count);
            Write(d, direction, i, count);
        }
    }

    private readonly struct RmsPropStep(Target target, float* square, float* mean, float* step, RmsPropRule rule) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var (s, a, b) = (Read<V>(square, i, count), Read<V>(mean, i, count), Read<V>(step, i, count));
            target.Store(rule.Apply(target.P<V>(i, count), target.G<V>(i, count), ref s, ref a, ref b), i, count);
            Write(s, square, i, count);
            Write(a, mean, i, count);
            Write(b, step, i, count);
        }
    }

    private readonly struct AdamStep(Target target, float* mean, float* square, float* largest, AdamRule rule) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var (m, v, top) = (Read<V>(mean, i, count), Read<V>(square, i, count), Read<V>(largest, i, count));
            target.Store(rule.Apply(target.P<V>(i, count), target.G<V>(i, count), ref m, ref v, ref top), i, count);
            Write(m, mean, i, count);
            Write(v, square, i, count);
            Write(top, largest, i, count);
        }
    }

    private readonly struct AdagradStep(Target target, float* sum, AdagradRule rule) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var s = Read<V>(sum, i, count);
            target.Store(rule.Apply(target.P<V>(i, count), target.G<V>(i, count), ref s), i, count);
            Write(s, sum, i, count);
        }
    }
}
