using System.Runtime.CompilerServices;

namespace ILGPU.Algorithms;

/// <summary>Mathematical functions that every accelerator has.</summary>
public static partial class XMath
{
    /// <summary>The number e.</summary>
    public const float E = 2.71828182f;

    /// <summary>The number e.</summary>
    public const double ED = Math.E;

    /// <summary>The binary logarithm of e.</summary>
    public const float Log2E = 1.44269504f;

    /// <summary>The binary logarithm of e.</summary>
    public const double Log2ED = 1.4426950408889634;

    /// <summary>One over the binary logarithm of e.</summary>
    public const float OneOverLog2E = 1.0f / Log2E;

    /// <summary>One over the binary logarithm of e.</summary>
    public const double OneOverLog2ED = 1.0 / Log2ED;

    /// <summary>The decimal logarithm of e.</summary>
    public const float Log10E = 0.43429448f;

    /// <summary>The decimal logarithm of e.</summary>
    public const double Log10ED = 0.4342944819032518;

    /// <summary>The natural logarithm of 2.</summary>
    public const float Ln2 = 0.69314718f;

    /// <summary>The natural logarithm of 2.</summary>
    public const double Ln2D = 0.6931471805599453;

    /// <summary>One over the natural logarithm of 2.</summary>
    public const float OneOverLn2 = 1.0f / Ln2;

    /// <summary>One over the natural logarithm of 2.</summary>
    public const double OneOverLn2D = 1.0 / Ln2D;

    /// <summary>The natural logarithm of 10.</summary>
    public const float Ln10 = 2.30258509f;

    /// <summary>The natural logarithm of 10.</summary>
    public const double Ln10D = 2.3025850929940457;

    /// <summary>One over the natural logarithm of 10.</summary>
    public const float OneOverLn10 = 1.0f / Ln10;

    /// <summary>One over the natural logarithm of 10.</summary>
    public const double OneOverLn10D = 1.0 / Ln10D;

    /// <summary>The number pi.</summary>
    public const float PI = 3.14159265f;

    /// <summary>The number pi.</summary>
    public const double PID = Math.PI;

    /// <summary>Half of pi.</summary>
    public const float PIHalf = PI / 2.0f;

    /// <summary>Half of pi.</summary>
    public const double PIHalfD = PID / 2.0;

    /// <summary>A quarter of pi.</summary>
    public const float PIFourth = PI / 4.0f;

    /// <summary>A quarter of pi.</summary>
    public const double PIFourthD = PID / 4.0;

    /// <summary>One over pi.</summary>
    public const float OneOverPI = 1.0f / PI;

    /// <summary>Two over pi.</summary>
    public const float TwoOverPI = 2.0f / PI;

    /// <summary>The square root of 2.</summary>
    public const float Sqrt2 = 1.41421356f;

    /// <summary>One over the square root of 2.</summary>
    public const float OneOverSqrt2 = 1.0f / Sqrt2;

    /// <summary>A third.</summary>
    public const float OneThird = 1.0f / 3.0f;

    /// <summary>The absolute value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Abs(float value) => MathF.Abs(value);

    /// <summary>The absolute value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Abs(double value) => Math.Abs(value);

    /// <summary>e to the power of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float value) => MathF.Exp(value);

    /// <summary>e to the power of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exp(double value) => Math.Exp(value);

    /// <summary>2 to the power of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp2(float value) => MathF.Pow(2f, value);

    /// <summary>2 to the power of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exp2(double value) => Math.Pow(2, value);

    /// <summary>The natural logarithm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float value) => MathF.Log(value);

    /// <summary>The natural logarithm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log(double value) => Math.Log(value);

    /// <summary>The binary logarithm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log2(float value) => MathF.Log2(value);

    /// <summary>The binary logarithm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log2(double value) => Math.Log2(value);

    /// <summary>The decimal logarithm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log10(float value) => MathF.Log10(value);

    /// <summary>The decimal logarithm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log10(double value) => Math.Log10(value);

    /// <summary>The square root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sqrt(float value) => MathF.Sqrt(value);

    /// <summary>The square root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sqrt(double value) => Math.Sqrt(value);

    /// <summary>One over the square root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Rsqrt(float value) => 1f / MathF.Sqrt(value);

    /// <summary>One over the square root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Rsqrt(double value) => 1 / Math.Sqrt(value);

    /// <summary>One over a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Rcp(float value) => 1f / value;

    /// <summary>One over a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Rcp(double value) => 1 / value;

    /// <summary>The sine of an angle in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sin(float value) => MathF.Sin(value);

    /// <summary>The sine of an angle in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sin(double value) => Math.Sin(value);

    /// <summary>The cosine of an angle in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cos(float value) => MathF.Cos(value);

    /// <summary>The cosine of an angle in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Cos(double value) => Math.Cos(value);

    /// <summary>The tangent of an angle in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tan(float value) => MathF.Tan(value);

    /// <summary>The tangent of an angle in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Tan(double value) => Math.Tan(value);

    /// <summary>The angle in radians that has a sine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Asin(float value) => MathF.Asin(value);

    /// <summary>The angle in radians that has a sine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Asin(double value) => Math.Asin(value);

    /// <summary>The angle in radians that has a cosine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Acos(float value) => MathF.Acos(value);

    /// <summary>The angle in radians that has a cosine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Acos(double value) => Math.Acos(value);

    /// <summary>The angle in radians that has a tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Atan(float value) => MathF.Atan(value);

    /// <summary>The angle in radians that has a tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Atan(double value) => Math.Atan(value);

    /// <summary>The hyperbolic sine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sinh(float value) => MathF.Sinh(value);

    /// <summary>The hyperbolic sine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sinh(double value) => Math.Sinh(value);

    /// <summary>The hyperbolic cosine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cosh(float value) => MathF.Cosh(value);

    /// <summary>The hyperbolic cosine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Cosh(double value) => Math.Cosh(value);

    /// <summary>The hyperbolic tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float value) => MathF.Tanh(value);

    /// <summary>The hyperbolic tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Tanh(double value) => Math.Tanh(value);

    /// <summary>The largest whole number that is not larger.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Floor(float value) => MathF.Floor(value);

    /// <summary>The largest whole number that is not larger.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Floor(double value) => Math.Floor(value);

    /// <summary>The smallest whole number that is not smaller.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Ceiling(float value) => MathF.Ceiling(value);

    /// <summary>The smallest whole number that is not smaller.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Ceiling(double value) => Math.Ceiling(value);

    /// <summary>The value without its fraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Truncate(float value) => MathF.Truncate(value);

    /// <summary>The value without its fraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Truncate(double value) => Math.Truncate(value);

    /// <summary>The nearest whole number; halves go to the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float RoundToEven(float value) => MathF.Round(value, MidpointRounding.ToEven);

    /// <summary>The nearest whole number; halves go to the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double RoundToEven(double value) => Math.Round(value, MidpointRounding.ToEven);

    /// <summary>The nearest whole number; halves go away from zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float RoundAwayFromZero(float value) => MathF.Round(value, MidpointRounding.AwayFromZero);

    /// <summary>The nearest whole number; halves go away from zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double RoundAwayFromZero(double value) => Math.Round(value, MidpointRounding.AwayFromZero);

    /// <summary>The nearest whole number; halves go to the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Round(float value) => MathF.Round(value);

    /// <summary>The nearest whole number; halves go to the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Round(double value) => Math.Round(value);

    /// <summary>A power.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Pow(float @base, float exp) => MathF.Pow(@base, exp);

    /// <summary>The logarithm to a base.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float value, float newBase) => MathF.Log(value, newBase);

    /// <summary>The angle in radians of a point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Atan2(float y, float x) => MathF.Atan2(y, x);

    /// <summary>The remainder of a division; it has the sign of the dividend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Rem(float x, float y) => x % y;

    /// <summary>The remainder as IEEE 754 defines it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float IEEERemainder(float x, float y) => MathF.IEEERemainder(x, y);

    /// <summary>The nearest number with so many digits after the point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Round(float value, int digits) => MathF.Round(value, digits);

    /// <summary>The nearest whole number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Round(float value, MidpointRounding mode) => MathF.Round(value, mode);

    /// <summary>The nearest number with so many digits after the point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Round(float value, int digits, MidpointRounding mode) => MathF.Round(value, digits, mode);

    /// <summary>The sign of a number: -1, 0 or 1; 0 for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sign(float value) => value < 0 ? -1 : value > 0 ? 1 : 0;

    /// <summary>Whether a value is not a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNaN(float value) => float.IsNaN(value);

    /// <summary>Whether a value is infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInfinity(float value) => float.IsInfinity(value);

    /// <summary>Whether a value is a finite number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFinite(float value) => float.IsFinite(value);

    /// <summary>Degrees in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float DegToRad(float degrees) => degrees * (PI / 180f);

    /// <summary>Radians in degrees.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float RadToDeg(float radians) => radians * (180f / PI);

    /// <summary>The sine and the cosine of an angle in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SinCos(float value, out float sin, out float cos) => (sin, cos) = MathF.SinCos(value);

    /// <summary>A power.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Pow(double @base, double exp) => Math.Pow(@base, exp);

    /// <summary>The logarithm to a base.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log(double value, double newBase) => Math.Log(value, newBase);

    /// <summary>The angle in radians of a point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Atan2(double y, double x) => Math.Atan2(y, x);

    /// <summary>The remainder of a division; it has the sign of the dividend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Rem(double x, double y) => x % y;

    /// <summary>The remainder as IEEE 754 defines it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double IEEERemainder(double x, double y) => Math.IEEERemainder(x, y);

    /// <summary>The nearest number with so many digits after the point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Round(double value, int digits) => Math.Round(value, digits);

    /// <summary>The nearest whole number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Round(double value, MidpointRounding mode) => Math.Round(value, mode);

    /// <summary>The nearest number with so many digits after the point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Round(double value, int digits, MidpointRounding mode) => Math.Round(value, digits, mode);

    /// <summary>The sign of a number: -1, 0 or 1; 0 for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sign(double value) => value < 0 ? -1 : value > 0 ? 1 : 0;

    /// <summary>Whether a value is not a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNaN(double value) => double.IsNaN(value);

    /// <summary>Whether a value is infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInfinity(double value) => double.IsInfinity(value);

    /// <summary>Whether a value is a finite number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFinite(double value) => double.IsFinite(value);

    /// <summary>Degrees in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double DegToRad(double degrees) => degrees * (PID / 180);

    /// <summary>Radians in degrees.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double RadToDeg(double radians) => radians * (180 / PID);

    /// <summary>The sine and the cosine of an angle in radians.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SinCos(double value, out double sin, out double cos) => (sin, cos) = Math.SinCos(value);
}
