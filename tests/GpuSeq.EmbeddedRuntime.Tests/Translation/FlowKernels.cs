using ILGPU;

namespace GpuSeq.EmbeddedRuntime.Tests.Translation;

/// <summary>Branches, loops, and values that lie on the stack meanwhile.</summary>
internal static class FlowKernels
{
    public const int Stride = 40;

    private enum Kind : byte
    {
        None,
        First = 3,
        Second,
    }

    public static void Branches(ArrayView<int> input, ArrayView<int> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var x = input[lane];
        var results = new Results<int>(output, lane * Stride);
        results.Add(x > 5 ? x > 10 ? 1 : 2 : x > 0 ? 3 : x < -5 ? 4 : 5);
        results.Add(x + (x > 3 && x < 8 || x == -2 || (x > 20 && x != 25) ? x * 2 : -x) * (x % 2 == 0 ? 3 : 4));
        results.Add((x > 0 ? 1.5f : x) > 1 ? 7 : 8);
        results.Add(Switch(x));
        results.Add(Named((Kind)(byte)x));
        var flag = x > 2;
        flag |= x < -3;
        flag ^= x == 1;
        results.Add(flag ? 1 : 0);
        results.Add(!flag & x != 0 ? 1 : 0);
        results.Add((flag ? (byte)x : (short)-x) + (flag ? 1L : 0L) > 100 ? 9 : 10);
        long wide = flag ? x : -1L;
        results.Add((int)(wide * 3));
        results.Add(Local(x, 3) + Local(2, x));
        results.Add(x is > 3 and < 9 or -1 ? 1 : 0);

        static int Local(int a, int b) => a > b ? a - b : Other(a);
        static int Other(int a) => a * a;
    }

    public static void Loops(ArrayView<int> input, ArrayView<int> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var x = input[lane];
        var results = new Results<int>(output, lane * Stride);
        var sum = 0;
        for (var i = 0; i < 10; i++)
        {
            if (i == x)
                continue;
            if (i > x + 5)
                break;
            for (var j = i; j < 10; j += 3)
            {
                if (j * i > 30)
                    break;
                sum += i * j;
            }
        }
        results.Add(sum);
        var n = x & 0xff;
        var steps = 0;
        while (n > 1)
        {
            n = n % 2 == 0 ? n / 2 : 3 * n + 1;
            if (++steps == 50)
                break;
        }
        results.Add(steps);
        do
            n -= 2;
        while (n > -10);
        results.Add(n);
        for (int i = 0, j = 10; i < j; i++, j--)
            sum ^= i * j;
        results.Add(sum);
        for (var i = 7; i >= 0; i--)
            sum += i << (i & 3);
        results.Add(sum);
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < 4; j++)
            {
                if (j == i)
                    goto Next;
                sum += j;
            }
            sum *= 3;
        Next:
            sum++;
        }
        results.Add(sum);
        for (uint i = 0; i < 5u; i++)
            sum += (int)i;
        results.Add(sum);
    }

    // What is on the stack keeps its value when the variable that it came from changes.
    public static void Stack(ArrayView<int> input, ArrayView<int> output)
    {
        var lane = Grid.GlobalLinearIndex;
        var x = input[lane];
        var results = new Results<int>(output, lane * Stride);
        var i = x;
        results.Add(i++ + i++ * i);
        results.Add(i + (i = 5) + i);
        results.Add(i-- - --i + (i += x > 0 ? 3 : 4));
        int a = x, b = x + 1;
        (a, b) = (b, a);
        results.Add(a * 1000 + b);
        int c, d;
        c = d = a + b;
        results.Add(c * d);
        var array = new int[4];
        i = 0;
        array[i++] = i;
        array[i++] = i + (array[0] += 7);
        array[i] = array[i - 1] + i++;
        results.Add(array[0] + 10 * array[1] + 100 * array[2] + 1000 * array[3]);
        results.Add(x + Change(ref x) + x);
        results.Add(Twice(x, x > 4 ? Change(ref x) : x) + x);
        array[x & 3] = x;
        results.Add(array[x & 3] + (array[x & 3] = 9) + array[x & 3]);
        results.Add((x > 0 ? array[1] : Change(ref array[1])) + (x > 1 ? Change(ref array[1]) : array[1]) * 2);
        Argument(ref results, x);
    }

    private static void Argument(ref Results<int> results, int x)
    {
        results.Add(x + Change(ref x) + x++ + x);
    }

    private static int Change(ref int value) => value = value * 3 + 1;

    private static int Twice(int first, int second) => 2 * first - second;

    private static int Switch(int x)
    {
        switch (x)
        {
            case 0:
                return 5;
            case 1:
            case 2:
                x += 10;
                break;
            case 3:
                x = -x;
                goto case 5;
            case 5:
                x *= 7;
                break;
            case 6:
                for (var i = 0; i < x; i++)
                {
                    if (i == 4)
                        break;
                    x += i;
                }
                break;
            case 1000:
                return 1;
            default:
                x ^= 1;
                break;
        }
        return x switch { 11 => 100, 12 => 200, 35 => 300, _ => x };
    }

    private static int Named(Kind kind) => kind switch { Kind.None => 1, Kind.First => 2, Kind.Second => 3, _ => (int)kind };
}
