namespace GpuSeq.Engine;

/// <summary>
/// What an operation computes, in float64: from the values of its operands, rows first, those of its results. An operand that is
/// absent has no values.
/// </summary>
internal delegate double[][] Definition(double[][] operands);

public static partial class Operations
{
    // The values of a result, as a kernel's definition writes them.
    private static double[] Values(Tensor result, Action<double[]> write)
    {
        var values = new double[result.Shape.ElementCount];
        write(values);
        return values;
    }

    private static double[] Copied(int[] places, double[] values) => Array.ConvertAll(places, place => values[place]);

    private static int[] Ints(double[] values) => Array.ConvertAll(values, value => (int)value);
}
