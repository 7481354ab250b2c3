using GpuSeq.Kernels.Reference;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>The definition of a step against central differences, what a step learns, and what it says of wrong calls.</summary>
public sealed class WordVectorTests
{
    [Test]
    public void TheStep_IsTheGradientOfTheLosses()
    {
        const int Dimension = 3, Rows = 4;
        var random = new Random(4);
        double[] Table() => [.. Enumerable.Range(0, Rows * Dimension).Select(_ => random.NextDouble() - 0.5)];
        var (input, output) = (Table(), Table());
        int[] words = [0, 1, 2, 3, 1, 0], lengths = [2, 1, 0], targets = [2, 0, 1], negatives = [3, 2, 1, 0, 3, 3];
        var (newInput, newOutput) = ((double[])input.Clone(), (double[])output.Clone());
        WordVectorReference.Step(Dimension, newInput, newOutput, words, lengths, targets, negatives, 1.0);
        foreach (var (table, changed) in new[] { (input, newInput), (output, newOutput) })
        {
            for (var i = 0; i < table.Length; i++)
                Assert.That(table[i] - changed[i], Is.EqualTo((Loss(table, i, 1e-5) - Loss(table, i, -1e-5)) / 2e-5).Within(1e-8));
        }

        double Loss(double[] table, int i, double step)
        {
            var before = table[i];
            table[i] += step;
            var loss = WordVectorReference.Losses(Dimension, input, output, words, lengths, targets, negatives).Sum();
            table[i] = before;
            return loss;
        }
    }

    [Test]
    public void Steps_LowerTheLoss_AndARateOfZeroChangesNothing()
    {
        using var device = new CpuKernels();
        var kernels = device.Library.WordVectors;
        var random = new Random(2);
        float[] start = [.. Enumerable.Range(0, 20 * 8).Select(_ => random.NextSingle() - 0.5f)];
        var (input, output, losses) = (device.Floats(start), device.Floats(start.Length), device.Floats(20));
        var (centers, targets) = (device.Ints([.. Enumerable.Range(0, 20)]), device.Ints([.. Enumerable.Range(0, 20).Select(i => i ^ 1)]));
        var negatives = device.Ints([.. Enumerable.Range(0, 60).Select(i => (i / 3 ^ 1) < 10 ? 10 + i % 10 : i % 10)]);
        kernels.SkipGram(8, input, output, centers, targets, negatives, 0f, losses);
        Assert.That(input.GetAsArray(), Is.EqualTo(start));
        Assert.That(losses.GetAsArray(), Is.All.EqualTo(4 * MathF.Log(2)).Within(1e-5f));
        for (var step = 0; step < 100; step++)
            kernels.SkipGram(8, input, output, centers, targets, negatives, 0.5f, losses);
        Assert.That(losses.GetAsArray().Average(), Is.LessThan(0.2f));
    }

    [Test]
    public void RateFactor_MultipliesTheLearningRate([Values] KernelShape shape)
    {
        using var device = new CpuKernels(shape);
        var kernels = device.Library.WordVectors;
        float[] start = [.. Enumerable.Range(0, 12).Select(i => i * 0.1f - 0.5f)];
        var (centers, targets, negatives, losses) = (device.Ints([0, 1]), device.Ints([2, 3]), device.Ints([1, 0]), device.Floats(2));
        var (input, output) = (device.Floats(start), device.Floats(start));
        kernels.SkipGram(3, input, output, centers, targets, negatives, 0.5f, losses, device.Floats(1, 0.5f));
        var (expectedInput, expectedOutput) = (device.Floats(start), device.Floats(start));
        kernels.SkipGram(3, expectedInput, expectedOutput, centers, targets, negatives, 0.25f, losses);
        Assert.That(input.GetAsArray(), Is.EqualTo(expectedInput.GetAsArray()).And.Not.EqualTo(start));
        Assert.That(output.GetAsArray(), Is.EqualTo(expectedOutput.GetAsArray()).And.Not.EqualTo(start));
    }

    [Test]
    public void AnIdOutsideTheTables_SurfacesOnCpus_AndNothingIsChanged()
    {
        ComputeRuntime.SkipWhereFailuresEndTheProcess();
        using var device = new CpuKernels();
        var (table, losses, ids) = (device.Floats(10, 0.5f), device.Floats(2), device.Ints([0, 1]));
        device.Library.WordVectors.SkipGram(2, table, table, ids, device.Ints([4, 5]), ids, 1f, losses);
        Assert.That(
            device.Accelerator.Synchronize, Throws.InstanceOf<AcceleratorException>().With.Message.Contains("id 5 of example 1"));
        Assert.That(table.GetAsArray(), Is.All.EqualTo(0.5f));
    }

    [Test]
    public void AnIdOutsideTheTables_MakesTheLossNaNInGroups()
    {
        using var device = new CpuKernels(KernelShape.Group);
        var (input, output, losses, ids) = (device.Floats(10, 0.5f), device.Floats(10, 0.5f), device.Floats(2), device.Ints([0, 1]));
        device.Library.WordVectors.SkipGram(2, input, output, ids, device.Ints([4, 5]), ids, 1f, losses);
        Assert.That(losses.GetAsArray(), Is.EqualTo([losses.GetAsArray()[0], float.NaN]));
        Assert.That(output.GetAsArray(), Is.All.Not.NaN);
    }

    [Test]
    public void SizesThatDoNotFit_AreNamed()
    {
        using var device = new CpuKernels();
        var (table, losses, ids) = (device.Floats(10), device.Floats(2), device.Ints([0, 1]));
        Assert.That(
            () => device.Library.WordVectors.SkipGram(2, table, device.Floats(8), ids, ids, ids, 1f, losses),
            Throws.ArgumentException.With.Message.Contains("SkipGram: output has 8 elements, but should be [5, 2]"));
        Assert.That(
            () => device.Library.WordVectors.Cbow(2, table, table, ids, device.Ints([1]), ids, ids, 1f, losses),
            Throws.ArgumentException.With.Message.Contains("Cbow: lengths has 1 elements, but should be [2, 1]"));
    }
}
