namespace GpuSeq.Kernels.Tests.Families;

/// <summary>The reference cases of single functions: which there are, how they are compared, how they lie in memory.</summary>
internal static class BasicCases
{
    /// <summary>The cases of a module or function.</summary>
    public static IEnumerable<FixtureCase> Of(string module) => Fixtures.Select("torch/basic", fixture => fixture.Module == module);

    /// <summary>The name of an argument that a case gives as one of its tensors, or that tensor's absence as no values.</summary>
    public static float[] Optional(FixtureCase fixture, string argument)
    {
        var name = fixture.Text(argument, "");
        return name.Length > 0 ? fixture.Tensors[name].Floats : [];
    }

    /// <summary>What becomes of the losses.</summary>
    public static LossReduction Reduction(FixtureCase fixture) =>
        Enum.Parse<LossReduction>(fixture.Text("reduction", "mean"), ignoreCase: true);

    /// <summary>Holds an output against the case's.</summary>
    public static void AssertOutput(FixtureCase fixture, float[] actual, string name = "y") =>
        Close.Assert(actual, fixture.Tensors[$"out/{name}"].Floats, 1e-5, 1e-5, name);

    /// <summary>Holds a gradient against the case's.</summary>
    public static void AssertGradient(FixtureCase fixture, float[] actual, string name) =>
        Close.Assert(actual, fixture.Tensors[$"grad/{name}"].Floats, 1e-5, 5e-5, $"gradient of {name}");

    /// <summary>Moves an axis to the end; back, where it was moved there.</summary>
    /// <param name="values">The tensor's values.</param>
    /// <param name="shape">Its shape before the axis is moved there.</param>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="back">Whether the axis is at the end and goes back.</param>
    public static float[] AxisLast(float[] values, int[] shape, int axis, bool back = false)
    {
        axis = axis < 0 ? axis + shape.Length : axis;
        var extent = shape[axis];
        var inner = shape[(axis + 1)..].Aggregate(1, (product, size) => product * size);
        var moved = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (outer, at, rest) = (i / (extent * inner), i / inner % extent, i % inner);
            var last = (outer * inner + rest) * extent + at;
            if (back)
                moved[i] = values[last];
            else
                moved[last] = values[i];
        }
        return moved;
    }
}
