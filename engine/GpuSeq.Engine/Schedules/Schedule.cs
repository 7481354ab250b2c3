using System.Text.Json.Serialization;

namespace GpuSeq.Engine;

/// <summary>
/// How the learning rate changes over the steps: first a linear warm-up from 0 to the base rate (Goyal et al. 2017, section 2.2),
/// then what the kind of schedule says. Steps count from 0, so that with a warm-up the first one has the rate 0, as in the
/// training of BERT. JSON has the kind under <c>name</c>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "name")]
[JsonDerivedType(typeof(ConstantSchedule), ConstantSchedule.Name)]
[JsonDerivedType(typeof(LinearSchedule), LinearSchedule.Name)]
[JsonDerivedType(typeof(CosineSchedule), CosineSchedule.Name)]
[JsonDerivedType(typeof(PolynomialSchedule), PolynomialSchedule.Name)]
[JsonDerivedType(typeof(InverseSquareRootSchedule), InverseSquareRootSchedule.Name)]
[JsonDerivedType(typeof(StepSchedule), StepSchedule.Name)]
public abstract record Schedule
{
    /// <summary>The steps over which the rate rises to the base rate.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>The share of the base rate at a step.</summary>
    /// <param name="step">From 0 on, as far beyond the last step as one likes.</param>
    public double ShareAt(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return step < WarmupSteps ? (double)step / WarmupSteps : ShareAfterWarmup(step);
    }

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">From 0 on.</param>
    /// <param name="baseRate">The largest rate.</param>
    public float RateAt(int step, double baseRate) => (float)(baseRate * ShareAt(step));

    /// <summary>
    /// Reads a schedule from words between commas: the name of a kind, <c>constant</c> where there is none, and options.
    /// <c>warmup</c> and <c>every</c> are a number of steps or, below 1, a share of all.
    /// <list type="bullet">
    /// <item><c>constant</c>, <c>linear</c>, <c>cosine</c>, <c>polynomial</c>, <c>inverse-sqrt</c>, <c>step</c></item>
    /// <item><c>warmup=1000</c>, all kinds; <c>final=0.1</c>, the share at the end: <c>linear</c>, <c>cosine</c>, <c>polynomial</c></item>
    /// <item><c>cosine,cycles=3,cycle-factor=2</c>; <c>polynomial,power=2</c>; <c>inverse-sqrt,timescale=4000</c>;
    /// <c>step,every=0.3,factor=0.5</c></item>
    /// </list>
    /// </summary>
    /// <param name="text">Such as <c>cosine,warmup=0.06</c>.</param>
    /// <param name="totalSteps">The steps of the training.</param>
    /// <exception cref="FormatException">There is no such kind or option, or its value is no number or out of range.</exception>
    public static Schedule Parse(string text, int totalSteps) => ScheduleText.Parse(text, totalSteps);

    /// <summary>The share of the base rate at a step that is not below <see cref="WarmupSteps"/>.</summary>
    private protected abstract double ShareAfterWarmup(int step);
}
