using System.Globalization;

namespace GpuSeq.Engine;

/// <summary>How gradients are checked.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>How many elements of a tensor are checked; of larger tensors, a sample.</summary>
    public int MaxElements { get; init; } = 64;

    /// <summary>What tells samples apart.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How far an element is moved to either side.</summary>
    public double Step { get; init; } = 1e-5;

    /// <summary>
    /// The error that is allowed, as a share of the largest gradient in the tensor; of a thousandth of the largest in all tensors
    /// where that is more.
    /// </summary>
    public double Tolerance { get; init; } = 1e-4;
}

/// <summary>Where a tensor's gradient is farthest from central differences.</summary>
/// <param name="Tensor">The parameter's name, or the place among the tensors, with the shape.</param>
/// <param name="Element">The element, rows first.</param>
/// <param name="Actual">The gradient by <see cref="Graph.Backward"/>.</param>
/// <param name="Expected">The gradient by differences.</param>
/// <param name="Error">How far they are apart, as a share of what is allowed.</param>
public sealed record GradientDifference(string Tensor, int Element, double Actual, double Expected, double Error)
{
    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"the gradient of {Tensor}, element {Element}, is {Actual:g6} by Backward and {Expected:g6} by central differences, "
        + $"{Error:g3} times what is allowed");
}

/// <summary>
/// Gradients held against central differences in float64, by <see cref="Graph.CheckGradients(Tensor, ReadOnlySpan{Tensor})"/>.
/// </summary>
/// <param name="differences">The worst element of each tensor.</param>
/// <param name="elements">The number of elements that were compared.</param>
/// <param name="loss">The loss in float64.</param>
public sealed class GradientReport(IReadOnlyList<GradientDifference> differences, int elements, double loss)
{
    private const double SmallShare = 1e-3; // of the largest gradient: below it, gradients are rounding errors of others
    private const double Smallest = 1e-6;

    /// <summary>The worst element of each tensor.</summary>
    public IReadOnlyList<GradientDifference> Differences { get; } = differences;

    /// <summary>The number of elements that were compared.</summary>
    public int Elements { get; } = elements;

    /// <summary>The loss, as the definitions give it in float64.</summary>
    public double Loss { get; } = loss;

    /// <summary>The worst element of all; null where there was none to compare.</summary>
    public GradientDifference? Worst => Differences.MaxBy(difference => difference.Error);

    /// <summary>Whether every error is within what is allowed.</summary>
    public bool Passed => Worst is null || Worst.Error <= 1;

    /// <summary>Throws where an error is more than what is allowed.</summary>
    /// <exception cref="GradientException">The message names the worst element.</exception>
    public void ThrowIfFailed()
    {
        if (!Passed)
            throw new GradientException(ToString());
    }

    /// <summary>One line.</summary>
    public override string ToString() => Worst is null
        ? "CheckGradients: no elements"
        : $"CheckGradients: {Worst} ({Elements} elements of {Differences.Count} tensors)";

    internal static GradientReport Compare(
        Recomputation computation, GradientCheckOptions options, ReadOnlySpan<Tensor> tensors, double[][] gradients)
    {
        var places = new int[tensors.Length][];
        var expected = new double[tensors.Length][];
        for (var i = 0; i < tensors.Length; i++)
        {
            var tensor = tensors[i];
            places[i] = Sample(tensor.Shape.IntCount, options);
            expected[i] = Array.ConvertAll(places[i], element => Slope(computation, tensor, element, options.Step));
        }
        var largest = expected.Max(Magnitude);
        var differences = new List<GradientDifference>();
        for (var i = 0; i < tensors.Length; i++)
        {
            var allowed = options.Tolerance * Math.Max(Magnitude(expected[i]), Math.Max(SmallShare * largest, Smallest));
            var name = tensors[i] is Parameter ? $"{tensors[i]}" : $"tensor {i} {tensors[i].Shape}";
            var found = places[i].Select((element, j) => Difference(name, element, gradients[i][element], expected[i][j], allowed));
            if (found.MaxBy(difference => difference.Error) is { } worst)
                differences.Add(worst);
        }
        return new(differences, places.Sum(elements => elements.Length), computation.Loss);
    }

    private static GradientDifference Difference(string tensor, int element, double actual, double expected, double allowed)
    {
        var error = Math.Abs(actual - expected) / allowed;
        return new(tensor, element, actual, expected, double.IsNaN(error) ? double.PositiveInfinity : error);
    }

    private static double Slope(Recomputation computation, Tensor tensor, int element, double step) =>
        (computation.LossWith(tensor, element, step) - computation.LossWith(tensor, element, -step)) / (2 * step);

    private static double Magnitude(double[] values) => values.Select(Math.Abs).DefaultIfEmpty().Max();

    private static int[] Sample(int count, GradientCheckOptions options)
    {
        var elements = Enumerable.Range(0, count).ToArray();
        if (count <= options.MaxElements)
            return elements;
        new Random(options.Seed).Shuffle(elements);
        return elements[..options.MaxElements];
    }
}

/// <summary>A gradient that central differences do not confirm.</summary>
/// <param name="message">Which element of which tensor, and how far it is off.</param>
public sealed class GradientException(string message) : Exception(message);
