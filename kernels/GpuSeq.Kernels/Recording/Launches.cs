using System.Reflection;

namespace GpuSeq.Kernels.Recording;

// One class for each number of parameters, because C# has no variadic generics.

internal sealed class Launch<TShape, T1>(
    MethodInfo kernel, Action<TShape, T1> launch, TShape shape, T1 a1)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct
{
    private static readonly Type[] Types = [typeof(T1)];

    private T1 _a1 = a1;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1);

    public override ref byte Argument(int index) => ref Bytes(ref _a1);
}

internal sealed class Launch<TShape, T1, T2>(
    MethodInfo kernel, Action<TShape, T1, T2> launch, TShape shape, T1 a1, T2 a2)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct where T2 : struct
{
    private static readonly Type[] Types = [typeof(T1), typeof(T2)];

    private T1 _a1 = a1;
    private T2 _a2 = a2;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1, _a2);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _a1) : ref Bytes(ref _a2);
}

internal sealed class Launch<TShape, T1, T2, T3>(
    MethodInfo kernel, Action<TShape, T1, T2, T3> launch, TShape shape, T1 a1, T2 a2, T3 a3)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct where T2 : struct where T3 : struct
{
    private static readonly Type[] Types = [typeof(T1), typeof(T2), typeof(T3)];

    private T1 _a1 = a1;
    private T2 _a2 = a2;
    private T3 _a3 = a3;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1, _a2, _a3);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _a1) : ref
        index == 1 ? ref Bytes(ref _a2) : ref Bytes(ref _a3);
}

internal sealed class Launch<TShape, T1, T2, T3, T4>(
    MethodInfo kernel, Action<TShape, T1, T2, T3, T4> launch, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct
{
    private static readonly Type[] Types = [typeof(T1), typeof(T2), typeof(T3), typeof(T4)];

    private T1 _a1 = a1;
    private T2 _a2 = a2;
    private T3 _a3 = a3;
    private T4 _a4 = a4;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1, _a2, _a3, _a4);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _a1) : ref
        index == 1 ? ref Bytes(ref _a2) : ref
        index == 2 ? ref Bytes(ref _a3) : ref Bytes(ref _a4);
}

internal sealed class Launch<TShape, T1, T2, T3, T4, T5>(
    MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5> launch, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
{
    private static readonly Type[] Types = [typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5)];

    private T1 _a1 = a1;
    private T2 _a2 = a2;
    private T3 _a3 = a3;
    private T4 _a4 = a4;
    private T5 _a5 = a5;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1, _a2, _a3, _a4, _a5);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _a1) : ref
        index == 1 ? ref Bytes(ref _a2) : ref
        index == 2 ? ref Bytes(ref _a3) : ref
        index == 3 ? ref Bytes(ref _a4) : ref Bytes(ref _a5);
}

internal sealed class Launch<TShape, T1, T2, T3, T4, T5, T6>(
    MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6> launch, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
{
    private static readonly Type[] Types = [typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6)];

    private T1 _a1 = a1;
    private T2 _a2 = a2;
    private T3 _a3 = a3;
    private T4 _a4 = a4;
    private T5 _a5 = a5;
    private T6 _a6 = a6;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1, _a2, _a3, _a4, _a5, _a6);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _a1) : ref
        index == 1 ? ref Bytes(ref _a2) : ref
        index == 2 ? ref Bytes(ref _a3) : ref
        index == 3 ? ref Bytes(ref _a4) : ref
        index == 4 ? ref Bytes(ref _a5) : ref Bytes(ref _a6);
}

internal sealed class Launch<TShape, T1, T2, T3, T4, T5, T6, T7>(
    MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6, T7> launch, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct
{
    private static readonly Type[] Types = [typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6), typeof(T7)];

    private T1 _a1 = a1;
    private T2 _a2 = a2;
    private T3 _a3 = a3;
    private T4 _a4 = a4;
    private T5 _a5 = a5;
    private T6 _a6 = a6;
    private T7 _a7 = a7;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1, _a2, _a3, _a4, _a5, _a6, _a7);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _a1) : ref
        index == 1 ? ref Bytes(ref _a2) : ref
        index == 2 ? ref Bytes(ref _a3) : ref
        index == 3 ? ref Bytes(ref _a4) : ref
        index == 4 ? ref Bytes(ref _a5) : ref
        index == 5 ? ref Bytes(ref _a6) : ref Bytes(ref _a7);
}

internal sealed class Launch<TShape, T1, T2, T3, T4, T5, T6, T7, T8>(
    MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6, T7, T8> launch, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6,
        T7 a7, T8 a8)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct
{
    private static readonly Type[] Types = [typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6), typeof(T7),
        typeof(T8)];

    private T1 _a1 = a1;
    private T2 _a2 = a2;
    private T3 _a3 = a3;
    private T4 _a4 = a4;
    private T5 _a5 = a5;
    private T6 _a6 = a6;
    private T7 _a7 = a7;
    private T8 _a8 = a8;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _a1) : ref
        index == 1 ? ref Bytes(ref _a2) : ref
        index == 2 ? ref Bytes(ref _a3) : ref
        index == 3 ? ref Bytes(ref _a4) : ref
        index == 4 ? ref Bytes(ref _a5) : ref
        index == 5 ? ref Bytes(ref _a6) : ref
        index == 6 ? ref Bytes(ref _a7) : ref Bytes(ref _a8);
}

internal sealed class Launch<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
    MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9> launch, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6,
        T7 a7, T8 a8, T9 a9)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct where T9 : struct
{
    private static readonly Type[] Types = [typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6), typeof(T7),
        typeof(T8), typeof(T9)];

    private T1 _a1 = a1;
    private T2 _a2 = a2;
    private T3 _a3 = a3;
    private T4 _a4 = a4;
    private T5 _a5 = a5;
    private T6 _a6 = a6;
    private T7 _a7 = a7;
    private T8 _a8 = a8;
    private T9 _a9 = a9;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _a1) : ref
        index == 1 ? ref Bytes(ref _a2) : ref
        index == 2 ? ref Bytes(ref _a3) : ref
        index == 3 ? ref Bytes(ref _a4) : ref
        index == 4 ? ref Bytes(ref _a5) : ref
        index == 5 ? ref Bytes(ref _a6) : ref
        index == 6 ? ref Bytes(ref _a7) : ref
        index == 7 ? ref Bytes(ref _a8) : ref Bytes(ref _a9);
}

internal sealed class Launch<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
    MethodInfo kernel, Action<TShape, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> launch, TShape shape, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5,
        T6 a6, T7 a7, T8 a8, T9 a9, T10 a10)
    : Launch(kernel, shape)
    where TShape : struct
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    where T7 : struct where T8 : struct where T9 : struct where T10 : struct
{
    private static readonly Type[] Types = [typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6), typeof(T7),
        typeof(T8), typeof(T9), typeof(T10)];

    private T1 _a1 = a1;
    private T2 _a2 = a2;
    private T3 _a3 = a3;
    private T4 _a4 = a4;
    private T5 _a5 = a5;
    private T6 _a6 = a6;
    private T7 _a7 = a7;
    private T8 _a8 = a8;
    private T9 _a9 = a9;
    private T10 _a10 = a10;

    public override Type[] ArgumentTypes => Types;

    public override void Run() => launch(shape, _a1, _a2, _a3, _a4, _a5, _a6, _a7, _a8, _a9, _a10);

    public override ref byte Argument(int index) => ref index == 0 ? ref Bytes(ref _a1) : ref
        index == 1 ? ref Bytes(ref _a2) : ref
        index == 2 ? ref Bytes(ref _a3) : ref
        index == 3 ? ref Bytes(ref _a4) : ref
        index == 4 ? ref Bytes(ref _a5) : ref
        index == 5 ? ref Bytes(ref _a6) : ref
        index == 6 ? ref Bytes(ref _a7) : ref
        index == 7 ? ref Bytes(ref _a8) : ref
        index == 8 ? ref Bytes(ref _a9) : ref Bytes(ref _a10);
}
