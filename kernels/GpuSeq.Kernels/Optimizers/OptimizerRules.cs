using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>
/// What an optimizer does with one parameter p, its gradient g and up to three numbers of state. A kernel has its own copy of
/// a rule, and makes it that of the step and of the parameter's group first.
/// </summary>
internal interface IOptimizerRule
{
    /// <summary>The most numbers of state that it may have.</summary>
    static abstract int States { get; }

    /// <summary>Sets what depends on the number of the step, from which those are taken off that changed nothing.</summary>
    void Begin(float skippedSteps);

    /// <summary>Takes a group's share of the learning rate and its weight decay, after <see cref="Begin"/>.</summary>
    void Join(float rateFactor, float weightDecay);

    /// <summary>The parameter after the step.</summary>
    V Apply<V>(V p, V g, ref V first, ref V second, ref V third)
        where V : struct, IVector<V>;
}

/// <summary>
/// torch.optim.SGD: g += decay p; d = momentum d + (1 - dampening) g, or g at first; p -= rate (nesterov ? g + momentum d : d).
/// </summary>
internal struct SgdRule : IOptimizerRule
{
    public float Step;
    public float Rate;
    public float Momentum;
    public float Share; // of the gradient in the direction
    public float Decay;
    public int HasMomentum;
    public int IsNesterov;
    public int IsFirst;

    public static int States => 1;

    public SgdRule(in SgdOptions options, long step)
    {
        Step = step;
        Rate = (float)options.LearningRate;
        Momentum = (float)options.Momentum;
        Share = (float)(1 - options.Dampening);
        Decay = (float)options.WeightDecay;
        HasMomentum = options.Momentum != 0 ? 1 : 0;
        IsNesterov = options.Nesterov ? 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin(float skippedSteps) => IsFirst = Step - skippedSteps <= 1f ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Join(float rateFactor, float weightDecay)
    {
        Rate *= rateFactor;
        Decay = weightDecay;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly V Apply<V>(V p, V g, ref V direction, ref V second, ref V third)
        where V : struct, IVector<V>
    {
        g = V.MultiplyAdd(V.Broadcast(Decay), p, g);
        if (HasMomentum != 0)
        {
            var momentum = V.Broadcast(Momentum);
            direction = IsFirst != 0 ? g : V.MultiplyAdd(momentum, direction, V.Broadcast(Share) * g);
            g = IsNesterov != 0 ? V.MultiplyAdd(momentum, direction, g) : direction;
        }
        return p - V.Broadcast(Rate) * g;
    }
}

/// <summary>
/// torch.optim.RMSprop: g += decay p; s = alpha s + (1 - alpha) g^2; centered: a = alpha a + (1 - alpha) g and s - a^2 divides;
/// u = g / (sqrt s + eps); momentum: b = momentum b + u is the step; p -= rate u.
/// </summary>
internal struct RmsPropRule : IOptimizerRule
{
    public float Rate;
    public float Alpha;
    public float OneMinusAlpha;
    public float Epsilon;
    public float Decay;
    public float Momentum;
    public int HasMomentum;
    public int IsCentered;

    public static int States => 3;

    public RmsPropRule(in RmsPropOptions options)
    {
        Rate = (float)options.LearningRate;
        Alpha = (float)options.Alpha;
        OneMinusAlpha = (float)(1 - options.Alpha);
        Epsilon = (float)options.Epsilon;
        Decay = (float)options.WeightDecay;
        Momentum = (float)options.Momentum;
        HasMomentum = options.Momentum > 0 ? 1 : 0;
        IsCentered = options.Centered ? 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Begin(float skippedSteps)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Join(float rateFactor, float weightDecay)
    {
        Rate *= rateFactor;
        Decay = weightDecay;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly V Apply<V>(V p, V g, ref V square, ref V mean, ref V step)
        where V : struct, IVector<V>
    {
        g = V.MultiplyAdd(V.Broadcast(Decay), p, g);
        square = V.MultiplyAdd(V.Broadcast(Alpha), square, V.Broadcast(OneMinusAlpha) * g * g);
        var variance = square;
        if (IsCentered != 0)
        {
            mean = V.MultiplyAdd(V.Broadcast(Alpha), mean, V.Broadcast(OneMinusAlpha) * g);
            variance = square - mean * mean;
        }
        var update = g / (V.Sqrt(variance) + V.Broadcast(Epsilon));
        if (HasMomentum != 0)
            update = step = V.MultiplyAdd(V.Broadcast(Momentum), step, update);
        return p - V.Broadcast(Rate) * update;
    }
}

/// <summary>
/// torch.optim.Adam and AdamW: Adam: g += decay p; AdamW: p *= 1 - rate decay;
/// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; amsgrad: the largest v divides;
/// p -= rate / (1 - beta1^t) m / (sqrt v / sqrt(1 - beta2^t) + eps).
/// </summary>
internal struct AdamRule : IOptimizerRule
{
    public float Step;
    public float Rate;
    public float StepSize; // the rate over what the mean gradient lacks
    public float Beta1;
    public float OneMinusBeta1;
    public float LogBeta1;
    public float Beta2;
    public float OneMinusBeta2;
    public float LogBeta2;
    public float RootScale;
    public float Epsilon;
    public float Decay; // through the gradient
    public float Keep; // what remains of the parameters before the step
    public int IsDecoupled;
    public int IsAmsgrad;

    public static int States => 3;

    public AdamRule(in AdamOptions options, long step)
    {
        Step = step;
        Rate = (float)options.LearningRate;
        Beta1 = (float)options.Beta1;
        OneMinusBeta1 = (float)(1 - options.Beta1);
        LogBeta1 = (float)Math.Log(options.Beta1);
        Beta2 = (float)options.Beta2;
        OneMinusBeta2 = (float)(1 - options.Beta2);
        LogBeta2 = (float)Math.Log(options.Beta2);
        Epsilon = (float)options.Epsilon;
        Decay = options.Decoupled ? 0f : (float)options.WeightDecay;
        Keep = options.Decoupled ? (float)(1 - options.LearningRate * options.WeightDecay) : 1f;
        IsDecoupled = options.Decoupled ? 1 : 0;
        IsAmsgrad = options.Amsgrad ? 1 : 0;
    }

    // 1 - beta^t = -(e^(t log beta) - 1), which loses nothing where beta^t is near 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin(float skippedSteps)
    {
        var t = Step - skippedSteps;
        StepSize = Rate / -ScalarMath.ExpM1(t * LogBeta1);
        RootScale = 1f / XMath.Sqrt(-ScalarMath.ExpM1(t * LogBeta2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Join(float rateFactor, float weightDecay)
    {
        StepSize *= rateFactor;
        if (IsDecoupled != 0)
            Keep = 1f - Rate * rateFactor * weightDecay;
        else
            Decay = weightDecay;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly V Apply<V>(V p, V g, ref V mean, ref V square, ref V largest)
        where V : struct, IVector<V>
    {
        g = V.MultiplyAdd(V.Broadcast(Decay), p, g);
        mean = V.MultiplyAdd(V.Broadcast(Beta1), mean, V.Broadcast(OneMinusBeta1) * g);
        square = V.MultiplyAdd(V.Broadcast(Beta2), square, V.Broadcast(OneMinusBeta2) * g * g);
        var divisor = square;
        if (IsAmsgrad != 0)
            divisor = largest = V.Max(largest, square);
        var root = V.MultiplyAdd(V.Sqrt(divisor), V.Broadcast(RootScale), V.Broadcast(Epsilon));
        return V.Broadcast(Keep) * p - V.Broadcast(StepSize) * mean / root;
    }
}

/// <summary>torch.optim.Adagrad: g += decay p; s += g^2; p -= rate / (1 + (t - 1) rate decay) g / (sqrt s + eps).</summary>
internal struct AdagradRule : IOptimizerRule
{
    public float Step;
    public float Rate;
    public float RateDecay;
    public float Epsilon;
    public float Decay;

    public static int States => 1;

    public AdagradRule(in AdagradOptions options, long step)
    {
        Step = step;
        Rate = (float)options.LearningRate;
        RateDecay = (float)options.LearningRateDecay;
        Epsilon = (float)options.Epsilon;
        Decay = (float)options.WeightDecay;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin(float skippedSteps) => Rate /= 1f + (Step - skippedSteps - 1f) * RateDecay;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Join(float rateFactor, float weightDecay)
    {
        Rate *= rateFactor;
        Decay = weightDecay;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly V Apply<V>(V p, V g, ref V sum, ref V second, ref V third)
        where V : struct, IVector<V>
    {
        g = V.MultiplyAdd(V.Broadcast(Decay), p, g);
        sum = V.MultiplyAdd(g, g, sum);
        return p - V.Broadcast(Rate) * g / (V.Sqrt(sum) + V.Broadcast(Epsilon));
    }
}
