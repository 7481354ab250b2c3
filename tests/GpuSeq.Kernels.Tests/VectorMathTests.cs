using GpuSeq.Kernels.Reference;
using GpuSeq.Kernels.Simd;

namespace GpuSeq.Kernels.Tests;

/// <summary>The elementary functions against float64, in units of the last place of the exact result.</summary>
[TestFixture(typeof(ScalarLane))]
[TestFixture(typeof(Vector128Lanes))]
[TestFixture(typeof(Vector256Lanes))]
[TestFixture(typeof(Vector512Lanes))]
internal sealed class VectorMathTests<TVector>
    where TVector : struct, IVector<TVector>
{
    private const int Samples = 400_000;

    [Test]
    public unsafe void FirstLanes_AreReadAndWrittenAlone([Values] bool hasMasks)
    {
        const float Untouched = -1f, Filler = 7f;
        var source = Enumerable.Range(1, TVector.Count).Select(i => (float)i).ToArray();
        var lanes = new float[TVector.Count];
        for (var count = 0; count < TVector.Count; count++)
        {
            var target = Enumerable.Repeat(Untouched, TVector.Count).ToArray();
            fixed (float* from = source, into = lanes, to = target)
            {
                var first = hasMasks ? TVector.LoadFirst(from, count, Filler) : VectorMath.LoadTail<TVector>(from, count, Filler);
                TVector.Store(first, into);
                if (hasMasks)
                    TVector.StoreFirst(first, to, count);
                else
                    VectorMath.StoreTail(first, to, count);
            }
            Assert.That(lanes, Is.EqualTo(source.Select((value, i) => i < count ? value : Filler)), $"{count} lanes");
            Assert.That(target, Is.EqualTo(source.Select((value, i) => i < count ? value : Untouched)), $"{count} lanes");
        }
    }

    [Test]
    public void Exp_IsRight() => Check(VectorMath.Exp, Math.Exp, -87.3, 88.72, 2);

    [Test]
    public void ExpOfNegative_IsRight() => Check(VectorMath.ExpOfNegative, Math.Exp, -87.3, 0, 2);

    [Test]
    public void PowerOfTwo_IsRight() => Check(VectorMath.PowerOfTwo, x => Math.Pow(2, x), -126, 0, 2);

    [Test]
    public void Sigmoid_IsRight() => Check(VectorMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), -87, 30, 3);

    [Test]
    public void Tanh_IsRight()
    {
        Check(VectorMath.Tanh, Math.Tanh, -10, 10, 6);
        Check(VectorMath.Tanh, Math.Tanh, -1e-6, 1e-6, 1);
    }

    [Test]
    public void NormalCdf_IsRight()
    {
        Check(VectorMath.NormalCdf, Cdf, 0, 6, 4);
        Check(x => VectorMath.NormalCdf(x) + TVector.Broadcast(1f), x => Cdf(x) + 1, -6, 0, 2.5); // the error beside 1

        static double Cdf(double x) => (1 + ActivationReference.Erf(x / Math.Sqrt(2))) / 2;
    }

    [Test]
    public void Log_IsRight()
    {
        Check(VectorMath.Log, Math.Log, 1e-6, 0.9, 2);
        Check(VectorMath.Log, Math.Log, 0.9, 1.1, 2);
        Check(VectorMath.Log, Math.Log, 1.1, 1e6, 2);
    }

    [Test]
    public void SinCosOfTurns_IsRight()
    {
        // Near the zeros of either, what counts is the error beside 1.
        Check(u => VectorMath.SinCosOfTurns(u).Sin + TVector.Broadcast(2f), u => Math.Sin(Math.Tau * u) + 2, 0, 1, 1.5);
        Check(u => VectorMath.SinCosOfTurns(u).Cos + TVector.Broadcast(2f), u => Math.Cos(Math.Tau * u) + 2, 0, 1, 1.5);
    }

    [TestCase(float.NaN, float.NaN, float.NaN, float.NaN)]
    [TestCase(float.PositiveInfinity, float.PositiveInfinity, 1f, 1f)]
    [TestCase(float.NegativeInfinity, 0f, 0f, -1f)]
    [TestCase(1e30f, float.PositiveInfinity, 1f, 1f)]
    [TestCase(-1e30f, 0f, 0f, -1f)]
    [TestCase(-104f, 0f, 0f, -1f)]
    public void Ends_AreAsTheyShould(float x, float exp, float sigmoid, float tanh) => Assert.Multiple(() =>
    {
        Assert.That(Apply(VectorMath.Exp, x), Is.EqualTo(exp));
        Assert.That(Apply(VectorMath.Sigmoid, x), Is.EqualTo(sigmoid));
        Assert.That(Apply(VectorMath.Tanh, x), Is.EqualTo(tanh));
        Assert.That(Apply(VectorMath.NormalCdf, x), Is.EqualTo(sigmoid));
    });

    private static void Check(Func<TVector, TVector> function, Func<double, double> exact, double low, double high, double ulps)
    {
        var (worst, at) = (0.0, 0f);
        for (var i = 0; i <= Samples; i++)
        {
            var x = (float)(low + (high - low) * i / Samples);
            var expected = exact(x);
            var magnitude = MathF.Abs((float)expected);
            var error = Math.Abs(Apply(function, x) - expected) / (MathF.BitIncrement(magnitude) - magnitude);
            if (!(error <= worst))
                (worst, at) = (error, x);
        }
        TestContext.Out.WriteLine($"{worst:F2} ulp at {at:G9}");
        Assert.That(worst, Is.LessThanOrEqualTo(ulps), $"at {at:G9}");
    }

    private static unsafe float Apply(Func<TVector, TVector> function, float x)
    {
        var lanes = stackalloc float[TVector.Count];
        TVector.Store(function(TVector.Broadcast(x)), lanes);
        for (var i = 1; i < TVector.Count; i++)
        {
            if (!lanes[i].Equals(lanes[0]))
                Assert.Fail("lanes differ");
        }
        return lanes[0];
    }
}
