using System.Globalization;

namespace GpuSeq.Kernels.Validation;

/// <summary>
/// Holds the definition of a backward kernel against central differences of the definition of its forward kernel, in
/// float64: the derivative of L = sum of dy y with respect to every element of every operand that has a gradient.
/// </summary>
public static class GradientCheck
{
    private const double Step = 1e-5;
    private const double Relative = 2e-6;
    private const int LargestCheap = 600; // elements, of which each takes two runs of the definition

    /// <summary>Whether a case computes gradients, and of so few elements that checking them takes no time.</summary>
    public static bool IsCheap(KernelCase kernelCase)
    {
        ArgumentNullException.ThrowIfNull(kernelCase);
        return kernelCase.GradientOf is { } forward
            && forward.Operands.Sum(operand => operand.IsRead ? operand.Length : 0) <= LargestCheap;
    }

    /// <summary>Checks a case that computes gradients.</summary>
    /// <returns>What was wrong, in one line; null when nothing was.</returns>
    /// <exception cref="ArgumentException">The case computes no gradient.</exception>
    public static string? Run(KernelCase backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        var forward = backward.GradientOf ?? throw new ArgumentException($"{backward} computes no gradient.", nameof(backward));
        var gradients = new CaseArrays<double>(backward);
        var before = new CaseArrays<double>(backward);
        backward.Define(gradients);
        var checkedAny = false;
        foreach (var gradient in backward.Operands.Where(operand => operand.IsWritten && operand.Floats is not null))
        {
            var input = forward.Operands.FirstOrDefault(operand => operand.IsRead && $"d{operand.Name}" == gradient.Name);
            if (input is null)
                continue;
            checkedAny = true;
            // An operand that is added to holds something before.
            var start = gradient.IsRead ? before[gradient.Name] : null;
            var analytic = gradients[gradient.Name];
            var scale = analytic.Select(Math.Abs).DefaultIfEmpty().Max();
            for (var i = 0; i < input.Length; i++)
            {
                var numeric = (Loss(forward, backward, input.Name, i, Step) - Loss(forward, backward, input.Name, i, -Step)) / (2 * Step);
                var difference = Math.Abs(analytic[i] - (start?[i] ?? 0) - numeric);
                if (!(difference <= Relative * Math.Max(1, scale)))
                {
                    return string.Create(CultureInfo.InvariantCulture,
                        $"{gradient.Name}[{i}] is {analytic[i]:G9}, by central differences {numeric:G9}");
                }
            }
        }
        return checkedAny ? null : $"no operand of {forward} has a gradient among the outputs of {backward}";
    }

    private static double Loss(KernelCase forward, KernelCase backward, string input, int index, double step)
    {
        var arrays = new CaseArrays<double>(forward);
        arrays[input][index] += step;
        forward.Define(arrays);
        var upstream = new CaseArrays<double>(backward);
        var loss = 0.0;
        foreach (var output in forward.Operands.Where(operand => operand.IsWritten && operand.Floats is not null))
        {
            if (!backward.Operands.Any(operand => operand.Name == $"d{output.Name}"))
                continue;
            var weights = upstream[$"d{output.Name}"];
            var values = arrays[output.Name];
            for (var i = 0; i < values.Length; i++)
                loss += weights[i] * values[i];
        }
        return loss;
    }
}
