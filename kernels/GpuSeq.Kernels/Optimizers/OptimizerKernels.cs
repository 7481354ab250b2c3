using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// One step of an optimizer over a flat range: p and up to three states are updated from g by a rule. States that a rule has no
/// use for are empty, and so is what of a <see cref="StepControl"/> is not wanted.
/// </summary>
internal static unsafe class OptimizerKernels
{
    /// <summary>Group shape: one lane updates one parameter.</summary>
    public static void Lane<TRule>(
        Index1D i, ArrayView<float> p, ArrayView<float> g, ArrayView<float> first, ArrayView<float> second, ArrayView<float> third,
        ArrayView<float> scalars, ArrayView<byte> groups, ArrayView<float> table, TRule rule, FlatCut cut)
        where TRule : struct, IOptimizerRule
    {
        var gradient = g[i];
        if (scalars.Length > 0)
        {
            if (scalars[StepControl.Factor] < 0f)
                return;
            gradient *= scalars[StepControl.Factor];
        }
        rule.Begin(scalars.Length > 0 ? scalars[StepControl.SkippedSteps] : 0f);
        if (groups.Length > 0)
        {
            int group = groups[i.X / StepControl.BlockLength];
            if (group == StepControl.Frozen)
                return;
            rule.Join(table[2 * group], table[2 * group + 1]);
        }
        var (a, b, c) = (Read(first, i), Read(second, i), Read(third, i));
        p[i] = rule.Apply(new ScalarLane(p[i]), new ScalarLane(gradient), ref a, ref b, ref c).Value;
        Write(first, i, a);
        Write(second, i, b);
        Write(third, i, c);
    }

    private static ScalarLane Read(ArrayView<float> state, int i) => new(state.Length > 0 ? state[i] : 0f);

    private static void Write(ArrayView<float> state, int i, ScalarLane value)
    {
        if (state.Length > 0)
            state[i] = value.Value;
    }

    /// <summary>Row shape: item i updates one part of the range.</summary>
    public static void Part<TRule>(
        Index1D item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> first, ArrayView<float> second, ArrayView<float> third,
        ArrayView<float> scalars, ArrayView<byte> groups, ArrayView<float> table, TRule rule, FlatCut cut)
        where TRule : struct, IOptimizerRule => Update(item, p, g, first, second, third, scalars, groups, table, rule, cut);

    [IntrinsicImplementation]
    public static void Update<TRule>(
        int item, ArrayView<float> p, ArrayView<float> g, ArrayView<float> first, ArrayView<float> second, ArrayView<float> third,
        ArrayView<float> scalars, ArrayView<byte> groups, ArrayView<float> table, TRule rule, FlatCut cut)
        where TRule : struct, IOptimizerRule
    {
        var control = scalars.Pointer();
        var factor = control == null ? 1f : control[StepControl.Factor];
        if (factor < 0f)
            return;
        rule.Begin(control == null ? 0f : control[StepControl.SkippedSteps]);
        var step = new RuleStep<TRule>(p.Pointer(), g.Pointer(), first.Pointer(), second.Pointer(), third.Pointer(), factor, rule);
        if (groups.Length == 0)
            Run(step, cut.Begin(item), cut.End(item), cut.Width);
        else
            UpdateGroups(step, item, groups.Pointer(), table.Pointer(), cut);
    }

    // One run of blocks of the same group after the other.
    private static void UpdateGroups<TRule>(RuleStep<TRule> step, int item, byte* groups, float* table, FlatCut cut)
        where TRule : struct, IOptimizerRule
    {
        var end = cut.End(item);
        var lastBlock = (end + StepControl.BlockLength - 1) / StepControl.BlockLength;
        for (var begin = cut.Begin(item); begin < end;)
        {
            var block = begin / StepControl.BlockLength;
            var group = groups[block];
            var count = new ReadOnlySpan<byte>(groups + block, (int)(lastBlock - block)).IndexOfAnyExcept(group);
            var stop = count < 0 ? end : (block + count) * StepControl.BlockLength;
            if (group != StepControl.Frozen)
            {
                var own = step;
                own.Join(table[2 * group], table[2 * group + 1]);
                Run(own, begin, stop, cut.Width);
            }
            begin = stop;
        }
    }

    private static void Run<TRule>(RuleStep<TRule> step, nint begin, nint end, int width)
        where TRule : struct, IOptimizerRule
    {
        switch ((SimdWidth)width)
        {
            case SimdWidth.Bits512:
                Run<Vector512Lanes, TRule>(step, begin, end);
                break;
            case SimdWidth.Bits256:
                Run<Vector256Lanes, TRule>(step, begin, end);
                break;
            default:
                Run<Vector128Lanes, TRule>(step, begin, end);
                break;
        }
    }

    // The tail apart: for what it calls, the loop would keep the rule's constants in memory (measured: three times slower).
    private static void Run<TVector, TRule>(RuleStep<TRule> step, nint begin, nint end)
        where TVector : struct, IVector<TVector>
        where TRule : struct, IOptimizerRule
    {
        var whole = begin + (end - begin) / TVector.Count * TVector.Count;
        RunWhole<TVector, TRule>(step, begin, whole);
        if (whole < end)
            RunTail<TVector, TRule>(step, whole, end);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void RunWhole<TVector, TRule>(RuleStep<TRule> step, nint begin, nint end)
        where TVector : struct, IVector<TVector>
        where TRule : struct, IOptimizerRule
    {
        for (var i = begin; i < end; i += TVector.Count)
            step.Step<TVector>(i, TVector.Count);
    }

    [MethodImpl(MicroKernel.Options)]
    private static void RunTail<TVector, TRule>(RuleStep<TRule> step, nint begin, nint end)
        where TVector : struct, IVector<TVector>
        where TRule : struct, IOptimizerRule => step.Step<TVector>(begin, (int)(end - begin));

    // Group shape: a lane clips one gradient.
    public static void ClipLane(Index1D i, ArrayView<float> g, float limit, FlatCut cut) =>
        g[i] = ClipStep.Clip(new ScalarLane(g[i]), limit).Value;

    // Row shape: an item clips a part of the gradients.
    public static void ClipPart(Index1D item, ArrayView<float> g, float limit, FlatCut cut) => Clip(item, g, limit, cut);

    [IntrinsicImplementation]
    public static void Clip(int item, ArrayView<float> g, float limit, FlatCut cut) =>
        VectorLoop.Run(new ClipStep(g.Pointer(), limit), item, cut);

    /// <summary>factor = min(1, maxNorm / (norm + 1e-6)), in either shape.</summary>
    public static void ClipCoefficient(Index1D i, ArrayView<float> norm, ArrayView<float> factor, float maxNorm) =>
        factor[i] = Coefficient(norm[i], maxNorm);

    /// <summary>What gradients of a norm are multiplied by so that it is no larger than another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Coefficient(float norm, float maxNorm)
    {
        var coefficient = maxNorm / (norm + 1e-6f);
        return coefficient > 1f ? 1f : coefficient;
    }

    // Not readonly: a rule that cannot be written to is copied before every call.
    private struct RuleStep<TRule>(float* p, float* g, float* first, float* second, float* third, float factor, TRule rule)
        : IVectorStep
        where TRule : struct, IOptimizerRule
    {
        public void Join(float rateFactor, float weightDecay) => rule.Join(rateFactor, weightDecay);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V>
        {
            var a = Read<V>(first, i, count);
            var b = TRule.States < 2 ? V.Zero : Read<V>(second, i, count);
            var c = TRule.States < 3 ? V.Zero : Read<V>(third, i, count);
            var gradient = VectorMath.LoadPartial<V>(g + i, count) * V.Broadcast(factor);
            var value = rule.Apply(VectorMath.LoadPartial<V>(p + i, count), gradient, ref a, ref b, ref c);
            VectorMath.StorePartial(value, p + i, count);
            Write(a, first, i, count);
            if (TRule.States >= 2)
                Write(b, second, i, count);
            if (TRule.States >= 3)
                Write(c, third, i, count);
        }

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
    }

    private readonly struct ClipStep(float* g, float limit) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<V>(nint i, int count)
            where V : struct, IVector<V> =>
            VectorMath.StorePartial(Clip(VectorMath.LoadPartial<V>(g + i, count), limit), g + i, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Clip<V>(V value, float limit)
            where V : struct, IVector<V>
        {
            var isInfinite = V.LessThan(V.Broadcast(float.MaxValue), V.Abs(value));
            return V.Select(isInfinite, value, V.Clamp(value, V.Broadcast(-limit), V.Broadcast(limit)));
        }
    }
}
