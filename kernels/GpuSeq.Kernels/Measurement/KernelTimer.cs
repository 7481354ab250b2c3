using System.Diagnostics;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Measurement;

/// <summary>Times launches, after a warm-up, and waits for the accelerator inside the timed region.</summary>
/// <param name="accelerator">What runs them.</param>
internal sealed class KernelTimer(Accelerator accelerator)
{
    private const int FewestSamples = 3;
    private const int MostSamples = 4096;
    private const double WarmUpSeconds = 0.25; // .NET recompiles what is called often after about a tenth of a second
    private const double SampleSeconds = 100e-6; // what is faster is timed several launches at once
    private const double MeasuredSeconds = 0.3;

    private readonly double[] _samples = new double[MostSamples];

    /// <summary>The seconds of a launch: the middle one of many.</summary>
    public double Median(Action launch)
    {
        var samples = Sample(launch);
        return samples.Length % 2 == 1 ? samples[samples.Length / 2] : (samples[samples.Length / 2 - 1] + samples[samples.Length / 2]) / 2;
    }

    /// <summary>The seconds of the fastest launch of many, for limits.</summary>
    public double Best(Action launch) => Sample(launch)[0];

    // The seconds of launches, from the fastest to the slowest.
    private Span<double> Sample(Action launch)
    {
        var launches = LaunchesOfASample(WarmUp(launch));
        var count = 0;
        for (var total = 0.0; count < FewestSamples || (total < MeasuredSeconds && count < MostSamples); count++)
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
