using System.Globalization;
using GpuSeq.Kernels.Reference;

namespace GpuSeq.Kernels.Validation;

/// <summary>Random numbers of one distribution.</summary>
public sealed class RandomCase : KernelCase
{
    private readonly string _distribution;
    private readonly ulong _seed;
    private readonly ulong _call;

    /// <summary>Uniform, normal or Bernoulli numbers.</summary>
    public RandomCase(string distribution, int length, ulong seed, ulong call)
        : base("random", $"{distribution} {length} seed {seed} call {call}")
    {
        (_distribution, _seed, _call) = (distribution, seed, call);
        Output("y", length);
        Tolerance = distribution == "normal" ? Tolerance.Rounding(1) : Tolerance.Exact;
    }

    /// <inheritdoc/>
    public override void Launch(KernelLibrary kernels, CaseViews views) => Launch(kernels, views, _call);

    /// <inheritdoc/>
    public override bool LaunchFaulty(KernelLibrary kernels, CaseViews views)
    {
        if (views["y"].Length < 20)
            return false;
        Launch(kernels, views, _call + 1);
        return true;
    }

    /// <inheritdoc/>
    public override void Define<T>(CaseArrays<T> arrays)
    {
        var y = arrays["y"];
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = _distribution switch
            {
                // Powers of two: no rounding, so that every accelerator has the same bits.
                "uniform" => T.CreateChecked(-1) + T.CreateChecked(2) * RandomReference.Unit<T>(i, _seed, _call),
                "normal" => T.CreateChecked(0.5) + T.CreateChecked(2) * RandomReference.Normal<T>(i, _seed, _call),
                _ => RandomReference.Unit<T>(i, _seed, _call) < T.CreateChecked(0.3f) ? T.One : T.Zero,
            };
        }
    }

    private void Launch(KernelLibrary kernels, CaseViews views, ulong call)
    {
        switch (_distribution)
        {
            case "uniform": kernels.Random.Uniform(views["y"], -1f, 1f, _seed, call); break;
            case "normal": kernels.Random.Normal(views["y"], 0.5f, 2f, _seed, call); break;
            default: kernels.Random.Bernoulli(views["y"], 0.3f, _seed, call); break;
        }
    }
}

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
        Input("x", new CaseData(Name).Uniform(length));
        Output("y", length);
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
        var data = new CaseData(Name);
        Input("dy", data.Uniform(length));
        if (accumulate)
            InputOutput("dx", data.Uniform(length));
        else
            Output("dx", length);
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

/// <summary>The sweep over random numbers and dropout.</summary>
public static class RandomCases
{
    private static readonly int[] Lengths = [0, 1, 3, 4, 5, 31, 33, 255, 257, 4095, 4096, 4097, 12_289];

    /// <summary>Every case.</summary>
    public static IEnumerable<KernelCase> All
    {
        get
        {
            foreach (var length in Lengths)
            {
                yield return new RandomCase("uniform", length, seed: (ulong)length, call: 0);
                yield return new RandomCase("normal", length, seed: 0xFFFF_FFFF_FFFF_FFFF, call: (ulong)length << 32);
                yield return new RandomCase("bernoulli", length, seed: 1ul << 40, call: 0x1_0000_0001);
                yield return new DropoutCase(length, length % 2 == 0 ? 0.1f : 0.75f);
                yield return new DropoutBackwardCase(length, length % 2 == 0 ? 0.1f : 0.5f, accumulate: length % 3 == 0);
            }
            yield return new DropoutCase(1001, 0f);
            yield return new DropoutBackwardCase(1001, 0f, accumulate: true);
        }
    }
}
