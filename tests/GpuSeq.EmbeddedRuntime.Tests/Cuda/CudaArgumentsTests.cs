using ILGPU.Runtime.Cuda;

namespace GpuSeq.EmbeddedRuntime.Tests.Cuda;

/// <summary>Arguments lie where a C structure would have them.</summary>
public unsafe class CudaArgumentsTests
{
    private static readonly nint Address = unchecked((nint)0x1234_5678_9abc);

    [Test]
    public void Arguments_are_aligned_to_their_sizes()
    {
        using var arguments = new CudaArguments(8);
        for (var round = 0; round < 2; round++)
        {
            arguments.Clear();
            arguments.Add((sbyte)-1);
            arguments.Add(2.5);
            arguments.Add((short)-3);
            arguments.Add(4);
            arguments.Add(true);
            arguments.AddView(null, Address, 1L << 40);
            Assert.That(arguments.IsComplete, Is.False);
            arguments.Add(DayOfWeek.Friday);
            Assert.That(arguments.IsComplete);
            Assert.That(Offsets(arguments), Is.EqualTo(new[] { 0, 8, 16, 20, 24, 32, 40, 48 }));
            var p = arguments.Pointers;
            Assert.That(
                (*(sbyte*)p[0], *(double*)p[1], *(short*)p[2], *(int*)p[3], *(byte*)p[4]),
                Is.EqualTo(((sbyte)-1, 2.5, (short)-3, 4, (byte)1)));
            Assert.That((*(long*)p[5], *(long*)p[6], *(int*)p[7]), Is.EqualTo(((long)Address, 1L << 40, 5)));
        }
    }

    [Test]
    public void The_worst_alignment_fits()
    {
        using var arguments = new CudaArguments(6);
        for (var i = 0; i < 3; i++)
        {
            arguments.Add((byte)i);
            arguments.Add((long)i);
        }
        Assert.That(Offsets(arguments), Is.EqualTo(new[] { 0, 8, 16, 24, 32, 40 }));
    }

    [Test]
    public void Too_many_arguments_are_refused()
    {
        using var arguments = new CudaArguments(1);
        Assert.That(
            () => arguments.AddView(null, 0, 0), Throws.TypeOf<InvalidOperationException>().With.Message.Contains("1 arguments"));
        arguments.Clear();
        Assert.That(() => arguments.Add(default(decimal)), Throws.TypeOf<NotSupportedException>().With.Message.Contains("16"));
    }

    [Test]
    public void Arguments_are_counted_from_the_parameters() => Assert.That(
        new[] { CudaSources.Axpy, CudaSources.Reverse, CudaSources.Stray, CudaSources.Sizes }.Select(CudaArguments.CountOf),
        Is.EqualTo(new[] { 6, 3, 2, 7 }));

    private static int[] Offsets(CudaArguments arguments) =>
        [.. Enumerable.Range(0, arguments.Count).Select(i => (int)((byte*)arguments.Pointers[i] - (byte*)arguments.Pointers[0]))];
}
