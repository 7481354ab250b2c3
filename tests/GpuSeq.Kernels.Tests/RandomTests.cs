using GpuSeq.Kernels.Reference;
using GpuSeq.Kernels.Simd;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests;

/// <summary>Philox against the known answers of the Random123 distribution, and distributions against their moments.</summary>
public sealed class RandomTests
{
    // Counter, key and result from the file kat_vectors.
    private static IEnumerable<(uint[] Counter, uint[] Key, uint[] Words)> KnownAnswers =>
    [
        ([0, 0, 0, 0], [0, 0], [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([~0u, ~0u, ~0u, ~0u], [~0u, ~0u], [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        ([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0], [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]),
    ];

    [Test]
    public void Reference_GivesKnownAnswers([ValueSource(nameof(KnownAnswers))] (uint[] Counter, uint[] Key, uint[] Words) known) =>
        Assert.That(RandomReference.Philox(known.Counter, known.Key), Is.EqualTo(known.Words));

    [Test]
    public unsafe void Kernel_GivesKnownAnswers([ValueSource(nameof(KnownAnswers))] (uint[] Counter, uint[] Key, uint[] Words) known)
    {
        static ulong Join(uint low, uint high) => (ulong)high << 32 | low;
        var (first, call) = (Join(known.Counter[0], known.Counter[1]), Join(known.Counter[2], known.Counter[3]));
        var seed = Join(known.Key[0], known.Key[1]);
        var block = Philox.Block(first, call, seed);
        var words = stackalloc uint[4 * Philox.BlocksAtOnce];
        Philox.Fill(words, first, 1, call, seed);
        Assert.That(new[] { block.W0, block.W1, block.W2, block.W3 }, Is.EqualTo(known.Words));
        Assert.That(new Span<uint>(words, 4).ToArray(), Is.EqualTo(known.Words));
    }

    [Test]
    public unsafe void Blocks_AreTheSameTogetherAndAlone()
    {
        const int Count = 3 * Philox.BlocksAtOnce;
        const ulong First = 0xFFFF_FFFA; // the counter carries into its second word
        var words = stackalloc uint[4 * Count];
        Philox.Fill(words, First, Count, 5, 77);
        for (var i = 0; i < Count; i++)
        {
            var block = Philox.Block(First + (ulong)i, 5, 77);
            Assert.That(new[] { block.W0, block.W1, block.W2, block.W3 }, Is.EqualTo(new Span<uint>(words + 4 * i, 4).ToArray()));
        }
    }

    [Test]
    public void Numbers_AreTheSameForEveryWidthAndShape()
    {
        var draws = new List<float[]>();
        foreach (var (shape, width) in new (KernelShape, SimdWidth)[]
        {
            (KernelShape.Row, SimdWidth.Bits128), (KernelShape.Row, SimdWidth.Bits256), (KernelShape.Row, SimdWidth.Bits512),
            (KernelShape.Group, SimdWidth.Bits128),
        })
        {
            using var device = new CpuKernels(shape, width);
            var y = device.Floats(5003);
            device.Library.Random.Uniform(y, -0.3f, 0.7f, seed: 3, call: 4);
            draws.Add(y.GetAsArray());
        }
        Assert.That(draws, Is.All.EqualTo(draws[0]));
        Assert.That(draws[0], Is.All.InRange(-0.3f, 0.7f));
    }

    [Test]
    public void Normal_HasItsMoments()
    {
        const int Count = 1 << 20;
        using var device = new CpuKernels();
        var y = device.Floats(Count);
        device.Library.Random.Normal(y, 3f, 2f, seed: 11, call: 0);
        var z = y.GetAsArray().Select(value => (value - 3.0) / 2).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(z.Average(), Is.Zero.Within(5e-3));
            Assert.That(z.Average(value => value * value), Is.EqualTo(1).Within(7e-3));
            Assert.That(z.Average(value => value * value * value), Is.Zero.Within(0.02));
            Assert.That(z.Average(value => Math.Pow(value, 4)), Is.EqualTo(3).Within(0.05));
            Assert.That(z.Count(value => value > 1.959964) / (double)Count, Is.EqualTo(0.025).Within(8e-4));
        });
    }

    [Test]
    public void TruncatedNormal_HasItsMoments_AndStaysWithinItsBounds()
    {
        const int Count = 1 << 20;
        using var device = new CpuKernels();
        var y = device.Floats(Count);
        device.Library.Random.TruncatedNormal(y, 1f, 2f, -1f, 5f, seed: 5, call: 6);
        var z = y.GetAsArray().Select(value => (value - 1.0) / 2).ToArray(); // between -1 and 2
        // Of the density d and the share between: mean = (d(-1) - d(2)) / share, and so on for the square.
        static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        const double Share = 0.8185946141203637;
        var mean = (Density(-1) - Density(2)) / Share;
        var square = 1 + (-1 * Density(-1) - 2 * Density(2)) / Share;
        Assert.Multiple(() =>
        {
            Assert.That(z, Is.All.InRange(-1.0, 2.0));
            Assert.That(z.Average(), Is.EqualTo(mean).Within(4e-3));
            Assert.That(z.Average(value => value * value), Is.EqualTo(square).Within(5e-3));
            Assert.That(z.Count(value => value < 0) / (double)Count, Is.EqualTo(0.3413447460685429 / Share).Within(2e-3));
        });
        Assert.That(
            () => device.Library.Random.TruncatedNormal(y, 0f, 1f, 20f, 30f, 0, 0),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("hardly any number is between 20 and 30"));
    }

    [Test]
    public void Choices_AreAsFrequentAsTheirProbabilities([Values] bool isRestricted)
    {
        const int Rows = 100_000, Columns = 8;
        using var device = new CpuKernels();
        float[] logits = [0.5f, -1f, 2f, 1f, 0f, 1.5f, -2f, 0.25f];
        var options = new SamplingOptions { Temperature = 0.8f, TopK = isRestricted ? 6 : 0, TopP = isRestricted ? 0.9f : 1f };
        var x = device.Floats([.. Enumerable.Repeat(logits, Rows).SelectMany(row => row)]);
        var choices = device.Ints(new int[Rows]);
        device.Library.Sampling.Draw(x, choices, Columns, options, seed: 9, call: 1);
        var counts = new double[Columns];
        foreach (var choice in choices.GetAsArray())
            counts[choice]++;
        var expected = SamplingReference.Probabilities<double>(Array.ConvertAll(logits, value => (double)value), options, out _);
        var chiSquare = 0.0;
        for (var i = 0; i < Columns; i++)
        {
            if (expected[i] == 0)
                Assert.That(counts[i], Is.Zero);
            else
                chiSquare += Math.Pow(counts[i] - Rows * expected[i], 2) / (Rows * expected[i]);
        }
        Assert.That(chiSquare, Is.LessThan(24.3), "one in a thousand, with 7 degrees of freedom");
    }

    [TestCase(KernelShape.Row)]
    [TestCase(KernelShape.Group)]
    public void ALogitThatIsNotFinite_IsChosen(KernelShape shape)
    {
        using var device = new CpuKernels(shape);
        var inf = float.PositiveInfinity;
        var x = device.Floats([1f, inf, 3f, 1f, 2f, float.NaN, -inf, -inf, -inf, -inf, 0f, -inf]);
        var choices = device.Ints(new int[4]);
        device.Library.Sampling.Draw(x, choices, 3, new() { TopP = 0.9f }, 1, 1);
        Assert.That(choices.GetAsArray(), Is.EqualTo([1, 2, 0, 1]));
        var y = device.Floats(12);
        device.Library.Sampling.Filter(x, y, 3, new() { TopK = 2 });
        Assert.That(y.GetAsArray()[^3..], Is.EqualTo([-inf, 0f, -inf]));
    }

    [Test]
    public void SamplingOptionsWithoutMeaning_AreRefused()
    {
        using var device = new CpuKernels();
        var (x, choices) = (device.Floats(6), device.Ints(new int[2]));
        foreach (var options in new SamplingOptions[]
        {
            new() { Temperature = -1f }, new() { Temperature = float.NaN }, new() { TopK = -1 }, new() { TopP = 0f }, new() { TopP = 1.5f },
        })
        {
            Assert.That(
                () => device.Library.Sampling.Draw(x, choices, 3, options, 0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
        Assert.That(
            () => device.Library.Sampling.Draw(x, choices, 4, new(), 0, 0),
            Throws.ArgumentException.With.Message.Contains("logits has 6 elements, but should be [2, 4]"));
    }

    [TestCase(-0.1f)]
    [TestCase(1f)]
    [TestCase(float.NaN)]
    public void Dropout_RefusesARateThatIsNone(float rate)
    {
        using var device = new CpuKernels();
        Assert.That(() => device.Library.Dropout.Forward(default, default, rate, 0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
