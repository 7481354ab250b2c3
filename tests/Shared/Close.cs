namespace GpuSeq.Tests;

/// <summary>Compares computed values with expected ones.</summary>
internal static class Close
{
    /// <summary>
    /// Asserts |a - e| &lt;= atol + rtol * max|e| for every element, the maximum taken over the finite elements of
    /// <paramref name="expected"/>. Infinities and NaN must be met as they are.
    /// </summary>
    public static void Assert(
        ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double atol, double rtol, string label)
    {
        if (actual.Length != expected.Length)
        {
            NUnit.Framework.Assert.Fail($"{label}: {actual.Length} values, expected {expected.Length}");
        }

        var magnitude = 0.0;
        foreach (var value in expected)
        {
            magnitude = double.IsFinite(value) ? Math.Max(magnitude, Math.Abs(value)) : magnitude;
        }

        var allowed = atol + (rtol * magnitude);
        var (worst, worstError, wrong) = (-1, allowed, 0);
        for (var i = 0; i < actual.Length; i++)
        {
            var error = Error(actual[i], expected[i]);
            if (error > allowed)
            {
                wrong++;
                (worst, worstError) = error > worstError ? (i, error) : (worst, worstError);
            }
        }

        if (wrong > 0)
        {
            NUnit.Framework.Assert.Fail(FormattableString.Invariant(
                $"{label}: [{worst}] is {actual[worst]:R}, expected {expected[worst]:R}: off by {worstError:G3}, allowed {allowed:G3}; ")
                + $"{wrong} of {actual.Length} values are wrong");
        }
    }

    /// <inheritdoc cref="Assert(ReadOnlySpan{float}, ReadOnlySpan{double}, double, double, string)"/>
    public static void Assert(
        ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double atol, double rtol, string label)
    {
        var wide = new double[expected.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = expected[i];
        }

        Assert(actual, wide, atol, rtol, label);
    }

    // Infinite wherever a comparison of the two would say nothing.
    private static double Error(double actual, double expected)
    {
        if (actual.Equals(expected))
        {
            return 0;
        }

        return double.IsFinite(actual) && double.IsFinite(expected) ? Math.Abs(actual - expected) : double.PositiveInfinity;
    }
}
