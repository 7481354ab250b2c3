using System.Globalization;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>Dropout.</summary>
public sealed class DropoutCase : KernelCase
{
    private const ulong Seed = 0x123456789ABCDEF0, Call = 7;

    private readonly float _rate;

    /// <summary>Dropout of random values.</summary>
    public DropoutCase(int length, float rate)
        : base("dropout", string.Create(CultureInfo.InvariantCulture, $"{length} rate {rate}"))
    {
        _rate = rate;
        Deferred(() =>
        {
            Input("x", new CaseData(Name).Uniform(length));
            Output("y", length);
        });
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) =>
        kernels.Dropout.Forward(views["x"], views["y"], _rate, Seed, Call);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["x"].Length < 20 || _rate == 0f)
            return false;
        kernels.Dropout.Forward(views["x"], views["y"], _rate, Seed, Call + 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (x, y) = (arrays["x"], arrays["y"]);
        for (var i = 0; i < x.Length; i++)
            y[i] = Dropped(x[i], i, _rate);
    }

    internal static T Dropped<T>(T x, int i, float rate)
        where T : System.Numerics.IFloatingPointIeee754<T> =>
        RandomReference.Unit<T>(i, Seed, Call) < T.CreateChecked(rate) ? T.Zero : x / (T.One - T.CreateChecked(rate));

    internal static void Backward(KernelLibrary kernels, CaseViews views, float rate, bool accumulate) =>
        kernels.Dropout.Backward(views["dy"], views["dx"], rate, Seed, Call, accumulate);
}

/// <summary>The gradient of dropout.</summary>
public sealed class DropoutBackwardCase : KernelCase
{
    private readonly float _rate;
    private readonly bool _accumulate;

    /// <summary>The gradient for random values.</summary>
    public DropoutBackwardCase(int length, float rate, bool accumulate)
        : base("dropout-backward", string.Create(CultureInfo.InvariantCulture, $"{length} rate {rate}{(accumulate ? " accumulate" : "")}"))
    {
        (_rate, _accumulate) = (rate, accumulate);
        Deferred(() =>
        {
            var data = new CaseData(Name);
            Input("dy", data.Uniform(length));
            if (accumulate)
                InputOutput("dx", data.Uniform(length));
            else
                Output("dx", length);
        });
        GradientOf = new DropoutCase(length, rate);
    }

    /// <inheritdoc/>
    public override KernelCase? GradientOf { get; }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => DropoutCase.Backward(kernels, views, _rate, _accumulate);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["dy"].Length < 20)
            return false;
        DropoutCase.Backward(kernels, views, _rate, !_accumulate);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var (dy, dx) = (arrays["dy"], arrays["dx"]);
        for (var i = 0; i < dy.Length; i++)
            dx[i] = (_accumulate ? dx[i] : T.Zero) + DropoutCase.Dropped(dy[i], i, _rate);
    }
}

/// <summary>The sweep over dropout.</summary>
public static class DropoutCases
{
    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var length in RandomCases.Lengths)
            {
                yield return new DropoutCase(length, length % 2 == 0 ? 0.1f : 0.75f);
                yield return new DropoutBackwardCase(length, length % 2 == 0 ? 0.1f : 0.5f, accumulate: length % 3 == 0);
            }
            yield return new DropoutCase(1001, 0f);
            yield return new DropoutBackwardCase(1001, 0f, accumulate: true);
        }
    }

    /// <summary>Operands beyond the caches, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            yield return new DropoutCase(1 << 24, 0.1f);
            yield return new DropoutBackwardCase(1 << 24, 0.1f, accumulate: false);
        }
    }
}
