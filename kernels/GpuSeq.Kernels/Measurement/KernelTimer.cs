using System.Diagnostics;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Measurement;

/// <summary>Times launches, after a warm-up, and waits for the accelerator inside the timed region.</summary>
/// <param name="accelerator">What runs them.</param>
internal sealed class KernelTimer(Accelerator accelerator)
{
    private const int FewestSamples = 3; // of a window
    private const int MostSamples = 2048;
    private const double WarmUpSeconds = 0.25; // .NET recompiles what is called often after about a tenth of a second
    private const double SampleSeconds = 100e-6; // what is faster is timed several launches at once
    private const double WindowSeconds = 0.1;
    private const int FewestWindows = 4;
    private const int MostWindows = 12;
    private const double Agreement = 1.05; // of the two calmest windows

    private readonly double[] _samples = new double[MostSamples];

    /// <summary>
    /// The seconds of a launch: the middle one of many, in the calmest of several windows of time, because other programs on the
    /// machine come and go. There are as many windows as it takes until the two calmest agree.
    /// </summary>
    public double Median(Action launch)
    {
        var launches = LaunchesOfASample(WarmUp(launch));
        var (calmest, second) = (double.PositiveInfinity, double.PositiveInfinity);
        for (var window = 0; window < FewestWindows || (window < MostWindows && second > Agreement * calmest); window++)
        {
            var samples = Sample(launch, launches);
            var median = (samples[samples.Length / 2] + samples[(samples.Length - 1) / 2]) / 2;
            second = Math.Min(second, Math.Max(calmest, median));
            calmest = Math.Min(calmest, median);
        }
        return calmest;
    }

    /// <summary>The seconds of the fastest launch of many, for limits.</summary>
    public double Best(Action launch)
    {
        var launches = LaunchesOfASample(WarmUp(launch));
        var best = double.PositiveInfinity;
        for (var window = 0; window < FewestWindows; window++)
            best = Math.Min(best, Sample(launch, launches)[0]);
        return best;
    }

    // The seconds of launches in a window, from the fastest to the slowest.
    private Span<double> Sample(Action launch, int launches)
    {
        var count = 0;
        for (var total = 0.0; count < FewestSamples || (total < WindowSeconds && count < MostSamples); count++)
        {
            var seconds = Time(launch, launches);
            total += seconds;
            _samples[count] = seconds / launches;
        }
        var samples = _samples.AsSpan(0, count);
        samples.Sort();
        return samples;
    }

    // The fastest launch of the warm-up.
    private double WarmUp(Action launch)
    {
        var fastest = double.PositiveInfinity;
        for (var total = 0.0; total < WarmUpSeconds;)
        {
            var seconds = Time(launch, 1);
            total += seconds;
            fastest = Math.Min(fastest, seconds);
        }
        return fastest;
    }

    private static int LaunchesOfASample(double seconds) => (int)Math.Clamp(Math.Ceiling(SampleSeconds / seconds), 1, 1000);

    private double Time(Action launch, int launches)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < launches; i++)
            launch();
        accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
