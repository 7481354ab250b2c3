using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>What a backward pass must leave.</summary>
internal static class Gradients
{
    /// <summary>Every parameter has a gradient, which is finite and not zero everywhere.</summary>
    public static void AreThere(ParameterSet parameters)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var parameter in parameters.Parameters)
            {
                var gradient = parameter.Gradient!.ToArray();
                Assert.That(gradient, Is.All.Matches<float>(float.IsFinite), parameter.Name);
                Assert.That(gradient, Has.Some.Not.Zero, parameter.Name);
            }
        }
    }
}
