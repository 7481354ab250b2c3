using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

/// <summary>Each of these holds something that has no translation.</summary>
internal static class RefusedKernels
{
    private static int _mutable = 1;
    private static readonly int[] Table = [1, 2, 3];
    private static readonly Random Object = new(1);

    public static void Recursive(ArrayView<int> output) => output[0] = Factorial(output[0]);

    private static int Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);

    public static void Virtual(ArrayView<float> output) => output[0] = default(IMap)!.Map(1f);

    public static void Throws(ArrayView<int> output)
    {
        if (output[0] < 0)
            throw new InvalidOperationException();
    }

    public static void Catches(ArrayView<int> output)
    {
        try
        {
            output[0] = 1;
        }
        finally
        {
            output[1] = 2;
        }
    }

    public static void MakesObject(ArrayView<int> output) => output[0] = new Random(1).Next();

    public static void Boxes(ArrayView<int> output) => output[0] = ((object)output[1]).GetHashCode();

    public static void ReadsObject(ArrayView<int> output) => output[0] = Object.Next();

    public static void ReadsTable(ArrayView<int> output) => output[0] = Table[1];

    public static void ReadsMutable(ArrayView<int> output) => output[0] = _mutable;

    public static void WritesMutable(ArrayView<int> output) => _mutable = output[0];

    public static void ArrayOfAnySize(ArrayView<int> output)
    {
        var array = new int[output.IntLength];
        output[0] = array[1];
    }

    public static void SharedOfAnySize(ArrayView<int> output) => output[0] = SharedMemory.Allocate<int>(output.IntLength).IntLength;

    public static void LocalOfAnySize(ArrayView<int> output) => output[0] = LocalMemory.Allocate<int>(output.IntLength).IntLength;

    public static void StackAllocated(ArrayView<int> output)
    {
        Span<int> span = stackalloc int[4];
        output[0] = span[1];
    }

    public static void Intrinsic(ArrayView<int> output) => output[0] = ForCpus(output[0]);

    [IntrinsicImplementation]
    public static int ForCpus(int value) => value;

    public static void Library(ArrayView<int> output) => output[0] = Environment.ProcessorCount;

    public static void Text(ArrayView<int> output) => output[0] = "text".Length;

    public static void Lambda(ArrayView<int> output)
    {
        Func<int, int> twice = x => 2 * x;
        output[0] = twice(output[1]);
    }

    public static void MixedSpaces(ArrayView<int> output)
    {
        var local = 1;
        ref var place = ref output[0] > 0 ? ref output[1] : ref local;
        place = 3;
        output[2] = local;
    }

    public static void MixedViews(ArrayView<int> output)
    {
        var shared = SharedMemory.Allocate<int>(4);
        var view = output[0] > 0 ? output : shared;
        output[1] = view[1];
    }

    public static void OtherDialect(ArrayView<int> output) => output[0] = DeviceCodeKernels.OnlyForCuda();

    public static void FixedBuffer(ArrayView<int> output, Histogram histogram) => output[0] = histogram.Total;

    public static void Overlapping(ArrayView<int> output, Union union) => output[0] = union.Bits;

    public static void Moved(ArrayView<Misplaced> values, ArrayView<float> output) => output[0] = values[0].Four.A;

    [StructLayout(LayoutKind.Explicit)]
    internal struct Union
    {
        [FieldOffset(0)]
        public float Number;

        [FieldOffset(0)]
        public int Bits;
    }

    internal struct Misplaced
    {
        public float First;
        public Float4 Four;
    }
}
