using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>What the look-up says of wrong calls.</summary>
public sealed class EmbeddingTests
{
    private static readonly int[] Ids = [0, 4, 1];

    [Test]
    public void AnIdOutsideTheTable_SurfacesOnCpus_AndTheAcceleratorLivesOn([Values(-1, 5)] int wrong)
    {
        ComputeRuntime.SkipWhereFailuresEndTheProcess();
        using var device = new CpuKernels();
        var kernels = device.Library.Embedding;
        var (table, y, ids) = (device.Floats(5 * 2), device.Floats(3 * 2), device.Ints([0, wrong, 1]));

        void Forward() => kernels.Forward(2, table, ids, y);
        void Backward() => kernels.Backward(2, ids, y, table, accumulate: false);
        foreach (var launch in new[] { Forward, (Action)Backward })
        {
            launch();
            Assert.That(
                device.Accelerator.Synchronize,
                Throws.InstanceOf<AcceleratorException>().With.Message.Contains($"id {wrong} at position 1"));
        }

        kernels.Forward(2, table, device.Ints(Ids), y);
        Assert.That(device.Accelerator.Synchronize, Throws.Nothing);
    }

    [Test]
    public void AnIdOutsideTheTable_GivesNaNInGroups_AndNoGradient([Values(-1, 5)] int wrong)
    {
        using var device = new CpuKernels(KernelShape.Group);
        var kernels = device.Library.Embedding;
        var (table, y, ids) = (device.Floats(5 * 2, 1f), device.Floats(3 * 2), device.Ints([0, wrong, 1]));
        kernels.Forward(2, table, ids, y);
        Assert.That(y.GetAsArray(), Is.EqualTo([1f, 1f, float.NaN, float.NaN, 1f, 1f]));
        kernels.Backward(2, ids, device.Floats(3 * 2, 2f), table, accumulate: false);
        Assert.That(table.GetAsArray(), Is.EqualTo([2f, 2f, 2f, 2f, 0f, 0f, 0f, 0f, 0f, 0f]));
    }

    [Test]
    public void AnIdOutsideATableOfASum_IsReported()
    {
        ComputeRuntime.SkipWhereFailuresEndTheProcess();
        using var device = new CpuKernels();
        using var groups = new CpuKernels(KernelShape.Group);
        foreach (var kernels in new[] { device, groups })
        {
            var (ids, wrong, y) = (kernels.Ints(Ids), kernels.Ints([0, 1, 2]), kernels.Floats(3));
            var tables = new EmbeddingTables
            {
                First = kernels.Floats(5, 1f),
                FirstIds = ids,
                Second = kernels.Floats(5, 2f),
                SecondIds = ids,
                Third = kernels.Floats(2),
                ThirdIds = wrong,
            };
            kernels.Library.Embedding.ForwardSum(1, tables, y);
            if (kernels == groups)
            {
                Assert.That(y.GetAsArray(), Is.EqualTo([3f, 3f, float.NaN]));
                continue;
            }
            Assert.That(
                kernels.Accelerator.Synchronize,
                Throws.InstanceOf<AcceleratorException>().With.Message.Contains("id 2 at position 2 is outside a table of 2 rows"));
        }
    }

    [Test]
    public void ATableOfASumWithTooFewIds_IsNamed()
    {
        using var device = new CpuKernels();
        var (table, ids) = (device.Floats(10), device.Ints(Ids));
        var tables = new EmbeddingTables { First = table, FirstIds = ids, Second = table, SecondIds = ids.SubView(0, 2) };
        Assert.That(
            () => device.Library.Embedding.ForwardSum(2, tables, device.Floats(6)),
            Throws.ArgumentException.With.Message.Contains("2 ids for a table [5, 2] need [2, 2], not 6 elements"));
    }

    [Test]
    public void SizesThatDoNotFit_AreNamed()
    {
        using var device = new CpuKernels();
        var ids = device.Ints(Ids);
        Assert.That(
            () => device.Library.Embedding.Forward(2, device.Floats(10), ids, device.Floats(5)),
            Throws.ArgumentException.With.Message.Contains("3 ids for a table [5, 2] need [3, 2], not 5 elements"));
        Assert.That(
            () => device.Library.Embedding.Forward(3, device.Floats(10), ids, device.Floats(9)),
            Throws.ArgumentException.With.Message.Contains("10 elements has no whole rows of 3"));
    }
}

/// <summary>The look-up and its gradient against reference cases.</summary>
[TestFixture(KernelShape.Row)]
[TestFixture(KernelShape.Group)]
[Category(Fixtures.Category)]
public sealed class EmbeddingFixtureTests(KernelShape shape)
{
    private static IEnumerable<FixtureCase> Cases => BasicCases.Of("nn.Embedding");

    [TestCaseSource(nameof(Cases))]
    public void Embedding_IsTheReference(FixtureCase fixture)
    {
        using var device = new CpuKernels(shape);
        var columns = fixture.Int("embedding_dim", 0);
        var (table, ids) = (device.Floats(fixture.Tensors["param/weight"].Floats), device.Ints(fixture.Tensors["in/ids"].Ints));
        var y = device.Floats((int)ids.Length * columns);
        device.Library.Embedding.Forward(columns, table, ids, y);
        BasicCases.AssertOutput(fixture, y.GetAsArray());

        var dTable = device.Floats((int)table.Length, float.NaN);
        var dy = device.Floats(fixture.Tensors["lossw/y"].Floats);
        device.Library.Embedding.Backward(columns, ids, dy, dTable, accumulate: false, fixture.Int("padding_idx", -1));
        BasicCases.AssertGradient(fixture, dTable.GetAsArray(), "param/weight");
    }
}
