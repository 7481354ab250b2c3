using GpuSeq.Kernels;
using GpuSeq.Kernels.Recording;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>
/// Changes the parameters of a set by their gradients: one launch for all of them. Gradients are measured and clipped on the
/// device, in the same step, without being read back; a step whose gradients are not all finite changes nothing.
/// </summary>
public abstract class Optimizer : IDisposable
{
    private readonly List<(string Name, MemoryBlock Block)> _states = [];
    private readonly Action _update;
    private readonly MemoryBlock _scalarBlock;
    private readonly ArrayView<float> _scalars; // StepControl.Scalars
    private GroupLayout? _layout;
    private int _layoutVersion;
    private bool _isMeasured;

    private protected Optimizer(ParameterSet parameters, float learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        LearningRate = learningRate;
        _scalarBlock = parameters.Device.Rent(StepControl.ScalarCount * sizeof(float));
        _scalars = _scalarBlock.View<float>(StepControl.ScalarCount);
        _scalars.MemSetToZero();
        _update = UpdateAll;
    }

    /// <summary>What it changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The learning rate of the next step.</summary>
    public float LearningRate { get; set; }

    /// <summary>How strongly parameters are drawn to zero, those of <see cref="Groups"/> with a decay of their own excepted.</summary>
    public double WeightDecay { get; init; }

    /// <summary>
    /// Parameters with learning rates or weight decays of their own. By default those of one dimension, such as biases, have no
    /// weight decay; an empty list treats all alike.
    /// </summary>
    public IReadOnlyList<ParameterGroup> Groups
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
            Parameters.RaiseVersion();
        }
    } = [ParameterGroup.WithoutDecay];

    /// <summary>The largest global norm that gradients may have; 0 for no limit (Pascanu et al. 2013).</summary>
    public float ClipNorm
    {
        get;
        set => Change(ref field, value);
    }

    /// <summary>The largest magnitude that a single gradient may have; 0 for no limit.</summary>
    public float ClipValue
    {
        get;
        set => Change(ref field, value);
    }

    /// <summary>
    /// Whether a step changes neither parameters nor state where a gradient, or the norm of all, is infinite or not a number.
    /// </summary>
    public bool SkipsNonFinite
    {
        get;
        set => Change(ref field, value);
    } = true;

    /// <summary>Steps that were asked for, skipped ones included.</summary>
    public int Steps { get; private set; }

    /// <summary>Steps that changed nothing, as <see cref="SkipsNonFinite"/> says. Reading it waits for the device.</summary>
    public int SkippedSteps => (int)Read(StepControl.SkippedSteps);

    /// <summary>
    /// The global norm of the gradients at the last step, before clipping by norm, without those of frozen parameters. Reading it
    /// waits for the device.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// Steps neither clip by norm nor skip what is not finite, so that nothing measured it, and the gradients are others by now.
    /// </exception>
    public float GradientNorm
    {
        get
        {
            Kernels.Recorder?.Refuse("it reads the norm of the gradients back to the program");
            if (!_isMeasured && Steps > 0)
                MeasureLast();
            return Read(StepControl.Norm);
        }
    }

    private protected KernelLibrary Kernels => Parameters.Device.Kernels;

    private GroupLayout Layout
    {
        get
        {
            if (_layout is not null && _layoutVersion == Parameters.Version)
                return _layout;
            _layout?.Dispose();
            _layoutVersion = Parameters.Version;
            return _layout = new(Parameters, Groups, WeightDecay);
        }
    }

    /// <summary>Changes the parameters by their gradients, and forgets the gradients.</summary>
    public void Step() => Kernels.Repeat(_update);

    private void UpdateAll()
    {
        var layout = Layout;
        Steps++;
        if (layout.IsTrainable)
        {
            var gradients = Parameters.AllGradients;
            if (ClipValue > 0f)
                Kernels.Optimizers.ClipValue(gradients, ClipValue, keepsInfinities: SkipsNonFinite);
            _isMeasured |= SkipsNonFinite || ClipNorm > 0f; // and stays so: the scalars hold the number of skipped steps
            if (_isMeasured)
                Kernels.Optimizers.Control(gradients, layout.Pieces, ClipNorm, SkipsNonFinite, _scalars);
            Update(new(
                Parameters.AllValues, gradients, LearningRate * layout.RateFactor, layout.WeightDecay,
                new(_isMeasured ? _scalars : default, layout.Map, layout.Table)));
        }
        Parameters.ClearGradients();
    }

    /// <summary>
    /// Its state, as files hold it: <c>exp_avg.NAME</c> and so on by parameter, each with its parameter's shape, and
    /// <c>skipped_steps</c>, one number.
    /// </summary>
    public IEnumerable<(string Name, Tensor Tensor)> State =>
        (from state in _states
         from parameter in Parameters.Parameters
         let memory = parameter.Slice(state.Block.View<float>(Parameters.Length))
         select ($"{state.Name}.{parameter.Name}", Tensor(parameter.Shape, memory)))
        .Append(("skipped_steps", Tensor([1], _scalars.SubView(StepControl.SkippedSteps, 1))));

    /// <summary>Continues after steps that were made before, with the state that they left in <see cref="State"/>.</summary>
    public void Resume(int steps) => Steps = steps;

    /// <summary>Gives the state's memory back.</summary>
    public void Dispose()
    {
        foreach (var (_, block) in _states)
            block.Dispose();
        _states.Clear();
        _layout?.Dispose();
        _layout = null;
        _scalarBlock.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes all parameters in one launch.</summary>
    private protected abstract void Update(in OptimizerUpdate update);

    /// <summary>Takes memory for one number of state for each parameter element.</summary>
    /// <param name="name">Its name in files.</param>
    /// <param name="initial">Its first value.</param>
    private protected ArrayView<float> AddState(string name, float initial = 0f)
    {
        var block = Parameters.Device.Rent(Parameters.Length * sizeof(float));
        var view = block.View<float>(Parameters.Length);
        Kernels.Unrecorded(() => Kernels.Elementwise.Fill(view, initial));
        _states.Add((name, block));
        return view;
    }

    private static Tensor Tensor(Shape shape, ArrayView<float> memory) =>
        new(null, shape, ElementType.Float32, memory.Cast<byte>(), false);

    private void Change<T>(ref T field, T value)
        where T : IEquatable<T>
    {
        if (field.Equals(value))
            return;
        field = value;
        Parameters.RaiseVersion();
    }

    // A step leaves the gradients where they are until the next backward pass writes over them.
    private void MeasureLast()
    {
        if (Parameters.Parameters.Any(parameter => parameter.HasGradient))
        {
            throw new InvalidOperationException(
                "GradientNorm: the gradients of the last step were overwritten; read it before the next backward pass.");
        }
        Kernels.Optimizers.Control(Parameters.GradientMemory, Layout.Pieces, 0f, false, _scalars);
    }

    private float Read(int scalar)
    {
        Span<float> value = stackalloc float[1];
        _scalars.SubView(scalar, 1).CopyToCPU(value);
        return value[0];
    }
}
