using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

internal readonly struct Point(float x, float y)
{
    public readonly float X = x;
    public readonly float Y = y;

    public float Length => MathF.Sqrt(X * X + Y * Y);

    public static Point operator +(Point a, Point b) => new(a.X + b.X, a.Y + b.Y);
}

internal struct Box
{
    public Point Low;
    public Point High;
    public byte Tag;
    public long Count;

    public void Grow(float by)
    {
        Low = new(Low.X - by, Low.Y - by);
        High += new Point(by, by);
        Count++;
    }
}

internal struct Scales
{
    public float First;
    public double Second;
    public bool Third;
    public Point Fourth;
}

/// <summary>As many views as a large kernel takes, scalars and structures among them.</summary>
internal struct TwentyViews
{
    public ArrayView<float> V0, V1, V2, V3, V4, V5, V6, V7, V8, V9;
    public int Count;
    public Scales Scales;
    public ArrayView<int> V10, V11, V12, V13, V14;
    public ArrayView<byte> V15, V16, V17, V18, V19;
    public ArrayView1D<float, Stride1D.Dense> Last;
}

internal interface IFold<T>
    where T : unmanaged
{
    static abstract T Begin { get; }

    static abstract T Fold(T left, T right);
}

internal interface IMap
{
    float Map(float value);
}

internal readonly struct Largest : IFold<int>
{
    public static int Begin => int.MinValue;

    public static int Fold(int left, int right) => left > right ? left : right;
}

internal readonly struct SumOf<T> : IFold<T>
    where T : unmanaged, INumber<T>
{
    public static T Begin => T.Zero;

    public static T Fold(T left, T right) => left + right;
}

internal struct Affine(float factor, float shift) : IMap
{
    private int _calls;

    public float Map(float value) => value * factor + shift + ++_calls;
}

internal unsafe struct Histogram
{
    public fixed int Counts[8];
    public int Total;
}

/// <summary>Structures, tuples, generic code, constants.</summary>
internal static class StructureKernels
{
    public const int Stride = 40;

    private const double Constant = 0.25;
    private static readonly float Scalar = 1.5f;
    private static readonly long Wide = 1L << 40;
    private static readonly Point Fixed = new(3, 4);
    private static readonly DayOfWeek Day = DayOfWeek.Thursday;

    public static void Structures(ArrayView<float> input, ArrayView<float> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var x = input[lane];
        var results = new Results<float>(output, lane * Stride);
        var box = new Box { Low = new(x, 1), High = new(x + 2, 3), Tag = 200 };
        box.Grow(2);
        var copy = box;
        copy.Grow(1);
        results.Add(box.Low.X + box.High.Y * 10 + box.Count * 100 + box.Tag);
        results.Add(copy.Low.Y + copy.High.X * 10 + copy.Count * 100);
        ref var high = ref copy.High;
        high = new(7, x);
        results.Add(copy.High.Length + high.Y);
        Modify(ref box.High, x > 2 ? copy.Low : box.Low);
        results.Add(box.High.X - box.High.Y);
        box = default;
        results.Add(box.Count + box.High.X);
        var (integer, (single, wide)) = Tuple(x);
        results.Add(integer + single + wide);
        var tuple = (A: x, B: integer, C: new Point(1, x));
        tuple.A += tuple.B;
        results.Add(tuple.A + tuple.C.Y);
        results.Add((float)Constant + Scalar + Wide / (1L << 38) + Fixed.Length + (int)Day);
        int? maybe = x > 3 ? (int)x : null;
        results.Add(maybe ?? -1);
        results.Add(Captured(x));
    }

    private static void Modify(ref Point point, Point by) => point += by;

    private static (int, (float Single, long Wide)) Tuple(float x) => ((int)x, (x / 2, (long)x * 3));

    private static float Captured(float x)
    {
        var sum = 1f;
        Add(3);
        Add(x);
        return sum;

        void Add(float value) => sum += value * x;
    }

    public static void Generics(ArrayView<int> input, ArrayView<double> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var results = new Results<double>(output, lane * Stride);
        results.Add(Fold<int, Largest>(input, lane));
        results.Add(Fold<int, SumOf<int>>(input, lane));
        results.Add(Fold<float, SumOf<float>>(input.Cast<float>(), 0) == 0 ? 1 : 2);
        results.Add(Mapped(input[lane], new Affine(2, 3)));
        results.Add(Sum<double, Affine>(input[lane], default));
        results.Add(Power(input[lane] / 8f, 3) + Power((long)input[lane], 3));
    }

    private static T Fold<T, TFold>(ArrayView<T> view, int begin)
        where T : unmanaged
        where TFold : struct, IFold<T>
    {
        var result = TFold.Begin;
        for (var i = begin; i < view.Length; i++)
            result = TFold.Fold(result, view[i]);
        return result;
    }

    private static float Mapped<TMap>(float value, TMap map)
        where TMap : struct, IMap
    {
        var copy = map;
        return map.Map(value) + map.Map(value) + copy.Map(value);
    }

    private static T Sum<T, TMap>(int value, TMap map)
        where T : unmanaged, INumber<T>
        where TMap : struct, IMap => T.One + T.Max(T.One, T.Zero) + (map.Map(value) > 0 ? T.One : T.Zero);

    private static T Power<T>(T value, int exponent)
        where T : unmanaged, INumber<T>
    {
        var result = T.One;
        for (var i = 0; i < exponent; i++)
            result *= value;
        return T.Max(result, T.Zero);
    }

    public static void Many(TwentyViews views)
    {
        var i = Grid.GlobalLinearIndex;
        if (i >= views.Count)
            return;
        var scales = views.Scales;
        var sum = views.V0[i] + views.V1[i] + views.V9[i] * scales.First + (float)scales.Second + (scales.Third ? scales.Fourth.Y : 0);
        sum += views.V10[i] + views.V14[i] + views.V15[i] + views.V19[i];
        sum += views.V2.Length + (views.V3.IsValid ? 1 : 2) + Helped(ref views, i);
        views.Last[i] = sum;
    }

    private static int Helped(ref TwentyViews views, int i)
    {
        views.V13 = views.V11.SubView(1);
        views.Count = 7;
        return views.V13[i] + views.V16[i] + views.V13.IntLength * views.Count;
    }

    public static void Thirteen(
        ArrayView<float> a, ArrayView<float> b, ArrayView<int> c, ArrayView<int> d, ArrayView<long> e, ArrayView<double> f,
        ArrayView<byte> g, ArrayView<sbyte> h, ArrayView<short> i, ArrayView<ushort> j, ArrayView<uint> k, ArrayView<ulong> l,
        ArrayView<double> output)
    {
        var lane = Grid.GlobalLinearIndex;
        output[lane] = a[lane] + 2 * b[lane] + 3 * c[lane] + 4 * d[lane] + 5 * e[lane] + 6 * f[lane] + 7 * g[lane] + 8 * h[lane]
            + 9 * i[lane] + 10 * j[lane] + 11.0 * k[lane] + 12 * l[lane];
    }

    public static void Specialized(Index1D index, SpecializedValue<int> count, ArrayView<int> output)
    {
        var sum = 0;
        for (var i = 0; i < count; i++)
            sum += i * index.X;
        output[index] = sum + count.Value;
    }

    public static void Plane(Index2D index, ArrayView<int> output, int width) =>
        output[index.Y * width + index.X] += 1 + 100 * index.X + index.Y;

    public static void Space(Index3D index, ArrayView<int> output, Index3D extent) =>
        output[(index.Z * extent.Y + index.Y) * extent.X + index.X] += 1 + 10000 * index.X + 100 * index.Y + index.Z;

    public static unsafe void FixedBuffers(ArrayView<int> input, ArrayView<int> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var histogram = default(Histogram);
        for (var i = 0; i < input.Length; i++)
        {
            histogram.Counts[(input[i] + lane) & 7]++;
            histogram.Total += input[i];
        }
        output[lane] = histogram.Counts[lane & 7] * 1000 + histogram.Counts[3] + histogram.Total;
    }
}
