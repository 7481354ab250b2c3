using GpuSeq.Kernels;
using GpuSeq.Kernels.Recording;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>
/// Changes the parameters of a set by their gradients: one launch for all of them. Gradients are clipped on the device, in the
/// same step, without being read back.
/// </summary>
public abstract class Optimizer : IDisposable
{
    private readonly List<(string Name, MemoryBlock Block)> _states = [];
    private readonly Action _update;
    private readonly MemoryBlock _scalars; // [0] norm of the gradients, [1] the factor that clipping gives them

    /// <summary>An optimizer of a set.</summary>
    protected Optimizer(ParameterSet parameters, float learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        LearningRate = learningRate;
        _scalars = parameters.Device.Rent(2 * sizeof(float));
        _update = UpdateAll;
        Norm.MemSetToZero();
    }

    /// <summary>What it changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The learning rate of the next step.</summary>
    public float LearningRate { get; set; }

    /// <summary>The largest global norm that gradients may have; 0 for no limit (Pascanu et al. 2013).</summary>
    public float ClipNorm { get; set; }

    /// <summary>The largest magnitude that a single gradient may have; 0 for no limit.</summary>
    public float ClipValue { get; set; }

    /// <summary>Steps that were made.</summary>
    public int Steps { get; private set; }

    /// <summary>The global norm of the gradients at the last step, before clipping by norm. Reading it waits for the device.</summary>
    public float GradientNorm
    {
        get
        {
            Kernels.Recorder?.Refuse("it reads the norm of the gradients back to the program");
            Span<float> norm = stackalloc float[1];
            Norm.CopyToCPU(norm);
            return norm[0];
        }
    }

    /// <summary>The kernels of the device.</summary>
    protected KernelLibrary Kernels => Parameters.Device.Kernels;

    private ArrayView<float> Norm => _scalars.View<float>(1);

    private ArrayView<float> ClipFactor => _scalars.View<float>(2).SubView(1, 1);

    /// <summary>Changes the parameters by their gradients, and forgets the gradients.</summary>
    public void Step() => Kernels.Repeat(_update);

    private void UpdateAll()
    {
        var gradients = Parameters.AllGradients;
        if (ClipValue > 0f)
            Kernels.Optimizers.ClipValue(gradients, ClipValue);
        Kernels.Reduction.GlobalNorm(gradients, Norm);
        ArrayView<float> factor = default;
        if (ClipNorm > 0f)
        {
            factor = ClipFactor;
            Kernels.Optimizers.ClipCoefficient(Norm, ClipNorm, factor);
        }
        Steps++;
        Update(Parameters.AllValues, gradients, factor);
        Parameters.ClearGradients();
    }

    /// <summary>Its state by parameter, as files hold it: <c>exp_avg.NAME</c> and so on, each with its parameter's shape.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State =>
        from state in _states
        from parameter in Parameters.Parameters
        let memory = parameter.Slice(state.Block.View<float>(Parameters.Length)).Cast<byte>()
        select ($"{state.Name}.{parameter.Name}", new Tensor(null, parameter.Shape, ElementType.Float32, memory, false));

    /// <summary>Continues after steps that were made before, with the state that they left in <see cref="State"/>.</summary>
    public void Resume(int steps) => Steps = steps;

    /// <summary>Gives the state's memory back.</summary>
    public void Dispose()
    {
        foreach (var (_, block) in _states)
            block.Dispose();
        _states.Clear();
        _scalars.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes all parameters in one launch.</summary>
    /// <param name="values">All parameters.</param>
    /// <param name="gradients">All gradients.</param>
    /// <param name="gradientScale">A factor of the gradients on the device, [1], or empty for none.</param>
    protected abstract void Update(ArrayView<float> values, ArrayView<float> gradients, ArrayView<float> gradientScale);

    /// <summary>Takes memory for one number of state for each parameter element.</summary>
    /// <param name="name">Its name in files.</param>
    /// <param name="initial">Its first value.</param>
    protected Func<ArrayView<float>> AddState(string name, float initial = 0f)
    {
        var length = Parameters.Length;
        var block = Parameters.Device.Rent(length * sizeof(float));
        Kernels.Elementwise.Fill(block.View<float>(length), initial);
        _states.Add((name, block));
        return () => block.View<float>(length);
    }
}
