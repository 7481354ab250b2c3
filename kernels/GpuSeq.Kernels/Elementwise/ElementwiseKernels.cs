using System.Runtime.CompilerServices;
using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace GpuSeq.Kernels;

/// <summary>
/// Elementwise arithmetic. Binary: y[i] (+)= a[i] op b[i % period]. Divisor: db[i] (+)= -dy[i] a[i] / b[i % period]^2.
/// Unary: y[i] (+)= f(x[i]). Broadcast: y[i] (+)= number x[i / inner % period].
/// </summary>
internal static unsafe class ElementwiseKernels
{
    // A shorter period is written out to about this many elements, so that vectors need not stop at every turn.
    private const int WrittenOut = 1024;
    private const int ShortPeriod = 256;

    /// <summary>What is done, and how the elements are cut.</summary>
    public struct Arguments
    {
        public FlatCut Cut;
        public int Operation;
        public int Period; // elements of the operand that repeats
        public int Inner; // how often each of its elements stands before the next comes
        public float Number;
        public int Write; // as Writing says
    }

    // Group shape: one lane computes one element.

    public static void BinaryLane(Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, Arguments arguments)
    {
        var left = new ScalarLane(a[i]);
        var right = new ScalarLane(b[i % arguments.Period]);
        var value = (BinaryOperation)arguments.Operation switch
        {
            BinaryOperation.Add => Add.Apply(left, right),
            BinaryOperation.Subtract => Subtract.Apply(left, right),
            BinaryOperation.Multiply => Multiply.Apply(left, right),
            _ => Divide.Apply(left, right),
        };
        y[i] = arguments.Write == Writing.Add ? y[i] + value.Value : value.Value;
    }

    public static void DivisorLane(
        Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> dy, ArrayView<float> db, Arguments arguments)
    {
        var gradient = DivisorGradient(new ScalarLane(a[i]), new ScalarLane(b[i % arguments.Period]), new ScalarLane(dy[i])).Value;
        db[i] = arguments.Write == Writing.Add ? db[i] + gradient : gradient;
    }

    public static void UnaryLane(Index1D i, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        var argument = new ScalarLane(x[i]);
        var number = new ScalarLane(arguments.Number);
        var value = (UnaryOperation)arguments.Operation switch
        {
            UnaryOperation.Copy => CopyOf.Apply(argument, number),
            UnaryOperation.Scale => ScaleBy.Apply(argument, number),
            UnaryOperation.AddScalar => AddNumber.Apply(argument, number),
            _ => ClipTo.Apply(argument, number),
        };
        y[i] = arguments.Write == Writing.Add ? y[i] + value.Value : value.Value;
    }

    public static void BroadcastLane(Index1D i, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        var value = arguments.Number * x[i / arguments.Inner % arguments.Period];
        y[i] = arguments.Write == Writing.Add ? y[i] + value : value;
    }

    public static void FillLane(Index1D i, ArrayView<float> y, Arguments arguments) => y[i] = arguments.Number;

    // Row shape: item i computes one part of the range.

    public static void BinaryPart(Index1D item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, Arguments arguments) =>
        Binary(item, a, b, y, arguments);

    public static void DivisorPart(
        Index1D item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> dy, ArrayView<float> db, Arguments arguments) =>
        Divisor(item, a, b, dy, db, arguments);

    public static void UnaryPart(Index1D item, ArrayView<float> x, ArrayView<float> y, Arguments arguments) =>
        Unary(item, x, y, arguments);

    public static void BroadcastPart(Index1D item, ArrayView<float> x, ArrayView<float> y, Arguments arguments) =>
        Broadcast(item, x, y, arguments);

    public static void FillPart(Index1D item, ArrayView<float> y, Arguments arguments) => Fill(item, y, arguments);

    [IntrinsicImplementation]
    public static void Binary(int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, Arguments arguments)
    {
        switch ((BinaryOperation)arguments.Operation)
        {
            case BinaryOperation.Add: RunBinary<Add>(item, a, b, y, arguments); break;
            case BinaryOperation.Subtract: RunBinary<Subtract>(item, a, b, y, arguments); break;
            case BinaryOperation.Multiply: RunBinary<Multiply>(item, a, b, y, arguments); break;
            default: RunBinary<Divide>(item, a, b, y, arguments); break;
        }
    }

    [IntrinsicImplementation]
    public static void Divisor(
        int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> dy, ArrayView<float> db, Arguments arguments) =>
        RunPeriodic(new DivisorStep(a.Pointer(), dy.Pointer(), db.Pointer(), arguments.Write), item, b, arguments);

    [IntrinsicImplementation]
    public static void Unary(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        switch ((UnaryOperation)arguments.Operation)
        {
            case UnaryOperation.Copy: RunUnary<CopyOf>(item, x, y, arguments); break;
            case UnaryOperation.Scale: RunUnary<ScaleBy>(item, x, y, arguments); break;
            case UnaryOperation.AddScalar: RunUnary<AddNumber>(item, x, y, arguments); break;
            default: RunUnary<ClipTo>(item, x, y, arguments); break;
        }
    }

    [IntrinsicImplementation]
    public static void Broadcast(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
    {
        if (arguments.Inner == 1)
        {
            RunPeriodic(new RepeatStep(y.Pointer(), arguments.Number, arguments.Write), item, x, arguments);
            return;
        }
        var source = x.Pointer();
        var end = arguments.Cut.End(item);
        for (var i = arguments.Cut.Begin(item); i < end;)
        {
            var next = Math.Min(end, (i / arguments.Inner + 1) * arguments.Inner);
            var value = arguments.Number * source[i / arguments.Inner % arguments.Period];
            VectorLoop.Run(new FillStep(y.Pointer(), value, arguments.Write), i, next, arguments.Cut.Width);
            i = next;
        }
    }

    [IntrinsicImplementation]
    public static void Fill(int item, ArrayView<float> y, Arguments arguments) =>
        VectorLoop.Run(new FillStep(y.Pointer(), arguments.Number, arguments.Write), item, arguments.Cut);

    private static void RunBinary<TBinary>(int item, ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, Arguments arguments)
        where TBinary : struct, IBinary =>
        RunPeriodic(new BinaryStep<TBinary>(a.Pointer(), y.Pointer(), arguments.Write), item, b, arguments);

    private static void RunUnary<TUnary>(int item, ArrayView<float> x, ArrayView<float> y, Arguments arguments)
        where TUnary : struct, IUnary =>
        VectorLoop.Run(new UnaryStep<TUnary>(x.Pointer(), y.Pointer(), arguments.Number, arguments.Write), item, arguments.Cut);

    // -(dy a) / b^2, written so that b^2 neither overflows nor vanishes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V DivisorGradient<V>(V a, V b, V dy)
        where V : struct, IVector<V> => V.Zero - dy * (a / b) / b;

    // Runs a range turn by turn of the operand that repeats.
    private static void RunPeriodic<TStep>(TStep step, int item, ArrayView<float> repeated, Arguments arguments)
        where TStep : struct, IPeriodicStep
    {
        var source = repeated.Pointer();
        var (begin, end) = (arguments.Cut.Begin(item), arguments.Cut.End(item));
        nint period = arguments.Period;
        var writtenOut = stackalloc float[period < ShortPeriod ? WrittenOut : 0];
        if (period < ShortPeriod)
        {
            var length = Math.Min(WrittenOut / period, (end - begin) / period + 2) * period;
            Buffer.MemoryCopy(source, writtenOut, period * sizeof(float), period * sizeof(float));
            for (var done = period; done < length; done *= 2)
            {
                var bytes = Math.Min(done, length - done) * sizeof(float);
                Buffer.MemoryCopy(writtenOut, writtenOut + done, bytes, bytes);
            }
            source = writtenOut;
            period = length;
        }
        for (var i = begin; i < end;)
        {
            var turn = i % period;
            var next = Math.Min(end, i - turn + period);
            step.Repeated = source + turn - i;
            VectorLoop.Run(step, i, next, arguments.Cut.Width);
            i = next;
        }
    }

    private interface IPeriodicStep : IVectorStep
    {
        // Such that element i of the range meets Repeated[i].
        float* Repeated { get; set; }
    }

    private struct BinaryStep<TBinary>(float* a, float* y, int write) : IPeriodicStep
        where TBinary : struct, IBinary
    {
        public float* Repeated { get; set; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var value = TBinary.Apply(VectorMath.LoadPartial<TVector>(a + i, count), VectorMath.LoadPartial<TVector>(Repeated + i, count));
            VectorMath.Write(value, y + i, count, write);
        }
    }

    private struct DivisorStep(float* a, float* dy, float* db, int write) : IPeriodicStep
    {
        public float* Repeated { get; set; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector>
        {
            var left = VectorMath.LoadPartial<TVector>(a + i, count);
            var right = VectorMath.LoadPartial<TVector>(Repeated + i, count);
            var value = DivisorGradient(left, right, VectorMath.LoadPartial<TVector>(dy + i, count));
            VectorMath.Write(value, db + i, count, write);
        }
    }

    private struct RepeatStep(float* y, float number, int write) : IPeriodicStep
    {
        public float* Repeated { get; set; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> => VectorMath.Write(
                VectorMath.LoadPartial<TVector>(Repeated + i, count) * TVector.Broadcast(number), y + i, count, write);
    }

    private readonly struct UnaryStep<TUnary>(float* x, float* y, float number, int write) : IVectorStep
        where TUnary : struct, IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> => VectorMath.Write(
                TUnary.Apply(VectorMath.LoadPartial<TVector>(x + i, count), TVector.Broadcast(number)), y + i, count, write);
    }

    private readonly struct FillStep(float* y, float value, int write) : IVectorStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TVector>(nint i, int count)
            where TVector : struct, IVector<TVector> => VectorMath.Write(TVector.Broadcast(value), y + i, count, write);
    }
}
