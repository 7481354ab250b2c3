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
        Deferred(() => Output("y", length));
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

/// <summary>The sweep over random numbers.</summary>
public static class RandomCases
{
    internal static readonly int[] Lengths = [0, 1, 3, 4, 5, 31, 33, 255, 257, 4095, 4096, 4097, 12_289];

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
            }
        }
    }

    /// <summary>Results beyond the caches, to be timed.</summary>
    public static IEnumerable<KernelCase> Benchmarks
    {
        get
        {
            foreach (var distribution in new[] { "uniform", "normal", "bernoulli" })
                yield return new RandomCase(distribution, 1 << 24, seed: 1, call: 0);
        }
    }
}
