namespace GpuSeq.Kernels.Simd;

/// <summary>
/// A vector of float32 lanes, so that a micro-kernel is written once and compiled for each width the processor may have.
/// Used only inside methods marked as intrinsic implementations.
/// </summary>
internal unsafe interface IVector<TSelf>
    where TSelf : struct, IVector<TSelf>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Broadcast(float value);

    static abstract TSelf Load(float* source);

    /// <summary>The first lanes from memory, fewer than all; a filler in the others, for which nothing is read.</summary>
    static abstract TSelf LoadFirst(float* source, int count, float filler);

    /// <summary>Loads bfloat16s: the upper halves of float32s.</summary>
    static abstract TSelf LoadBFloat16(ushort* source);

    /// <summary>Loads whole numbers.</summary>
    static abstract TSelf LoadInt8(sbyte* source);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Stores the first lanes, fewer than all.</summary>
    static abstract void StoreFirst(TSelf value, float* target, int count);

    /// <summary>Stores past the caches, to an address that is a multiple of the vector's size.</summary>
    static abstract void StoreStreaming(TSelf value, float* target);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>a * b + c, rounded once where the processor can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>
    /// sum += a * b, rounded once where the processor can. For sums that stay in registers: given back as a new value, as by
    /// <see cref="MultiplyAdd"/>, the compiler computes it in another register and moves it.
    /// </summary>
    static abstract void AddProduct(ref TSelf sum, TSelf a, TSelf b);

    /// <summary>The smaller one; NaN where either is NaN.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>The larger one; NaN where either is NaN.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The larger one, in one instruction; right where either is NaN.</summary>
    static abstract TSelf MaxNumber(TSelf left, TSelf right);

    /// <summary>The value where it lies between the bounds, else the nearer bound. NaN stays NaN.</summary>
    static abstract TSelf Clamp(TSelf value, TSelf low, TSelf high);

    static abstract TSelf Abs(TSelf value);

    static abstract TSelf Sqrt(TSelf value);

    /// <summary>To the nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>All bits set in the lanes where left is less than right.</summary>
    static abstract TSelf LessThan(TSelf left, TSelf right);

    /// <summary>The lanes of yes where the mask's bits are set, those of no elsewhere.</summary>
    static abstract TSelf Select(TSelf mask, TSelf yes, TSelf no);

    /// <summary>All bits set in the lanes where an integer is not 0.</summary>
    static abstract TSelf LoadMask(int* source);

    /// <summary>The magnitude of one value with the sign of another.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>The value times 2 to an integral power, where both the value and the result are normal numbers.</summary>
    static abstract TSelf ScaleByPowerOfTwo(TSelf value, TSelf exponent);

    /// <summary>2^(n - 127), where n, from 1 to 254, is in the lowest bits of the number; nothing else remains of it.</summary>
    static abstract TSelf PowerOfTwo(TSelf biased);

    /// <summary>The integral e for which the value, positive and normal, is m 2^e with m from sqrt(1/2) to sqrt(2).</summary>
    static abstract TSelf Exponent(TSelf value);

    /// <summary>Random words as numbers from 0 to 1, exclusively: their upper 24 bits times 2^-24.</summary>
    static abstract TSelf LoadUnit(uint* words);

    /// <summary>The sum of the lanes, in a fixed order.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>The largest lane; NaN where any is NaN.</summary>
    static abstract float MaxLane(TSelf value);
}
