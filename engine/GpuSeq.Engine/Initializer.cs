using GpuSeq.Kernels;

namespace GpuSeq.Engine;

/// <summary>
/// How a parameter's first values are drawn. They come from the counter-based generator: a seed gives the same everywhere.
/// </summary>
public abstract record Initializer
{
    /// <summary>All values zero.</summary>
    public static Initializer Zeros { get; } = new ConstantInitializer(0f);

    /// <summary>All values one.</summary>
    public static Initializer Ones { get; } = new ConstantInitializer(1f);

    /// <summary>All values the same.</summary>
    public static Initializer Constant(float value) => new ConstantInitializer(value);

    /// <summary>Spread evenly from -bound to bound.</summary>
    public static Initializer Uniform(float bound) => new UniformInitializer(bound);

    /// <summary>From a normal distribution around 0.</summary>
    public static Initializer Normal(float deviation) => new NormalInitializer(deviation);

    /// <summary>PyTorch's default for layers with a given number of inputs: evenly within 1 / sqrt(inputs).</summary>
    public static Initializer FanIn(int inputs) => new UniformInitializer(1f / MathF.Sqrt(inputs));

    /// <summary>Evenly within sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010).</summary>
    public static Initializer Glorot(int inputs, int outputs) => new UniformInitializer(MathF.Sqrt(6f / (inputs + outputs)));

    /// <summary>A matrix that leaves vectors as they are: 1 on the diagonal, else 0.</summary>
    public static Initializer Identity { get; } = Values(shape =>
    {
        var values = new float[shape.ElementCount];
        for (var i = 0; i < Math.Min(shape[0], shape[1]); i++)
            values[i * shape[1] + i] = 1f;
        return values;
    });

    /// <summary>Values that are computed, rows first.</summary>
    public static Initializer Values(Func<Shape, float[]> values) => new ComputedInitializer(values);

    /// <summary>The same with one row of zeros, such as that of padding in a table of vectors.</summary>
    public Initializer WithZeroRow(int row) => new ZeroRowInitializer(this, row);

    /// <summary>How many random calls it takes.</summary>
    internal virtual ulong RandomCalls => 0;

    internal abstract void Fill(Device device, Parameter parameter, RandomStream random);

    private sealed record ConstantInitializer(float Value) : Initializer
    {
        internal override void Fill(Device device, Parameter parameter, RandomStream random) =>
            device.Kernels.Elementwise.Fill(parameter.Floats, Value);
    }

    private sealed record UniformInitializer(float Bound) : Initializer
    {
        internal override ulong RandomCalls => 1;

        internal override void Fill(Device device, Parameter parameter, RandomStream random) =>
            device.Kernels.Random.Uniform(parameter.Floats, -Bound, Bound, random.Seed, random.NextCall());
    }

    private sealed record NormalInitializer(float Deviation) : Initializer
    {
        internal override ulong RandomCalls => 1;

        internal override void Fill(Device device, Parameter parameter, RandomStream random) =>
            device.Kernels.Random.Normal(parameter.Floats, 0f, Deviation, random.Seed, random.NextCall());
    }

    private sealed record ComputedInitializer(Func<Shape, float[]> Compute) : Initializer
    {
        internal override void Fill(Device device, Parameter parameter, RandomStream random) => parameter.Assign(Compute(parameter.Shape));
    }

    private sealed record ZeroRowInitializer(Initializer Others, int Row) : Initializer
    {
        internal override ulong RandomCalls => Others.RandomCalls;

        internal override void Fill(Device device, Parameter parameter, RandomStream random)
        {
            Others.Fill(device, parameter, random);
            var columns = parameter.Shape.Columns;
            device.Kernels.Elementwise.Fill(parameter.Floats.Part((long)Row * columns, columns), 0f);
        }
    }
}
